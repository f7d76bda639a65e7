import type { Capacity, Manifest } from "@c10k-lab/protocol";
import { describeTrouble, integer, listed, plural } from "@c10k-lab/words";
import { describeStatement } from "../findings/facts/describe-finding.ts";
import { findInExperiment } from "../findings/findings.ts";
import { isInconclusive } from "../findings/questions/capacity.ts";
import type { Experiment } from "../model/experiment.ts";
import { blocks, bullets, text } from "../text/markdown.ts";

/** Findings of each experiment: enough to know the answer, and where to look. */
const ANSWERS_MAX = 6;
const EVIDENCE_MAX = 3;

/** Renders the answers, each experiment's in a few sentences. */
export function summary(experiments: readonly Experiment[]): string {
  return blocks([
    "## Summary",
    ...experiments.map((experiment) => renderExperiment(experiment, experiments.length > 1)),
  ]);
}

function renderExperiment(experiment: Experiment, isNamed: boolean): string {
  const { answer, evidence, details } = findInExperiment(experiment);
  const [first, ...others] = answer;
  const shown = [...others.slice(0, ANSWERS_MAX - 1), ...evidence.slice(0, EVIDENCE_MAX)];
  const left = answer.length + evidence.length + details.length - shown.length - 1;
  const more = left <= 0 ? "" : `${plural(left, "further finding")}: see Results.`;
  return blocks([
    isNamed ? `### ${text(experiment.name)}` : "",
    banner(experiment.results),
    `**${text(first === undefined ? "Nothing was measured." : describeStatement(first))}**`,
    bullets(shown.map(describeStatement)),
    text([doubtSentence(experiment), more].filter((one) => one !== "").join(" ")),
  ]);
}

/** Returns how many cells, or searches, may not show the server. */
function doubtSentence({ results, groups }: Experiment): string {
  const cells = groups.flatMap(({ everyCell }) => everyCell);
  if (results.capacity !== null) return unclearSearches(results.capacity);
  const doubtful = cells.filter(({ doubts }) => doubts.length > 0);
  if (doubtful.length === 0) return "";
  const reasons = [...new Set(doubtful.flatMap(({ doubts }) => doubts))];
  const counted = reasons.map(
    (reason) => `${reason} in ${doubtful.filter(({ doubts }) => doubts.includes(reason)).length}`,
  );
  return `Inconclusive: ${doubtful.length} of ${plural(cells.length, "cell")} (${listed(counted)}), see Threats to validity.`;
}

function unclearSearches({ searches }: Capacity): string {
  const unclear = searches.filter(isInconclusive).length;
  return unclear === 0 ? "" : `Inconclusive: ${unclear} of ${searches.length} searches, see Conclusion.`;
}

function banner({ manifest, repetitions: cells }: Experiment["results"]): string {
  const { outcome, trouble, cellsPlanned } = manifest;
  if (outcome === "complete") return "";
  const { heading, reason } = ENDS[outcome];
  const measured = `${integer(cells.length)} of ${integer(cellsPlanned)} cells were measured`;
  return `> **${heading}:** ${measured}. ${text(trouble === null ? reason : describeTrouble(trouble))}`;
}

const ENDS: Readonly<
  Record<Exclude<Manifest["outcome"], "complete">, { readonly heading: string; readonly reason: string }>
> = {
  running: { heading: "Partial", reason: "The lab was still at work, or was killed." },
  interrupted: { heading: "Partial", reason: "The experiment was interrupted." },
  "bad-plan": {
    heading: "Bad plan",
    reason: "A server or the client would not take an option of the plan.",
  },
  "no-engine": { heading: "No engine", reason: "No container engine answered." },
  "no-image": { heading: "No image", reason: "A container image was missing." },
  "engine-refused": {
    heading: "Partial, engine refused",
    reason: "The container engine would not do what it was asked.",
  },
  "engine-lost": { heading: "Partial, engine lost", reason: "The container engine went away." },
};
