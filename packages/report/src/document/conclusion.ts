import { CONFIDENCE_PERCENT, REPETITIONS_MIN } from "@c10k-lab/inference";
import { DOUBT_REASONS, type DoubtReason } from "@c10k-lab/protocol";
import {
  type Column,
  describeLimit,
  describePlace,
  describeSearchDoubt,
  describeSignal,
  listed,
  plural,
  searchName,
} from "@c10k-lab/words";
import { firstDegradation, isSure } from "../comparison/scaling.ts";
import { describeStatement } from "../findings/facts/describe-finding.ts";
import { findInExperiment } from "../findings/findings.ts";
import { isInconclusive } from "../findings/questions/capacity.ts";
import { type Experiment, titleOf } from "../model/experiment.ts";
import { cellsOf, type Group, isAboutScaling, isWhole } from "../model/group.ts";
import { blocks, bullets, tableOf } from "../text/markdown.ts";
import { describeSign } from "../wording/scaling.ts";

/** End of one server's scaling, or the largest load it held. */
export interface Limit {
  readonly plan: string;
  readonly server: string;
  readonly stoppedAt: string;
  readonly sign: string;
  /** Reasons why it is not conclusive. */
  readonly doubts: readonly string[];
}

const COLUMNS: readonly Column<Limit>[] = [
  { head: "plan", align: "left", cell: ({ plan }) => plan },
  { head: "server", align: "left", cell: ({ server }) => server },
  { head: "stopped at", align: "left", cell: ({ stoppedAt }) => stoppedAt },
  {
    head: `first sign (${CONFIDENCE_PERCENT} % interval)`,
    align: "left",
    cell: ({ sign }) => sign,
  },
  {
    head: "conclusive",
    align: "left",
    cell: ({ doubts }) => (doubts.length === 0 ? "yes" : `no: ${listed(doubts)}`),
  },
];

/** Findings of a plan that is not about scaling. */
const FINDINGS_MAX = 3;

/** Renders where each server stopped and by which sign, and what could not be concluded. */
export function conclusion(experiments: readonly Experiment[]): string {
  const limits = experiments.flatMap(listLimits);
  const others = experiments.filter(
    ({ results, groups }) => results.capacity === null && !groups.some(isAboutScaling),
  );
  const unclear = [
    ...listPartial(experiments),
    ...listFew(experiments),
    ...listDoubts(experiments),
    ...listSearches(experiments),
  ];
  return blocks([
    "## Conclusion",
    limits.length === 0 ? "" : tableOf(COLUMNS, limits),
    bullets(
      others.flatMap((experiment) =>
        findInExperiment(experiment)
          .answer.slice(0, FINDINGS_MAX)
          .map((statement) => `${experiment.name}, ${describeStatement(statement)}`),
      ),
    ),
    unclear.length === 0
      ? "Nothing measured was inconclusive."
      : blocks(["### What could not be concluded, and what would help", bullets(unclear)]),
  ]);
}

/** Returns a limit for each server of a plan about scaling, in the order in which they stopped, or of a search. */
export function listLimits(experiment: Experiment): Limit[] {
  if (experiment.results.capacity !== null) return listSearchLimits(experiment);
  return experiment.groups.filter(isAboutScaling).flatMap((group) =>
    group.variants
      .map((variant) => ({ variant, degradation: firstDegradation(group, variant) }))
      .toSorted((a, b) => placeOf(a.degradation) - placeOf(b.degradation))
      .map(({ variant, degradation }) => {
        const of = { plan: titleOf(experiment, group), server: variant };
        if (degradation === null) return { ...of, ...largestHeld(group, variant) };
        const { cell, signs } = degradation;
        const unsure = isSure(degradation) ? [] : ["the interval does not decide"];
        return {
          ...of,
          stoppedAt: describePlace(group.axis, cell.axisValue),
          sign: listed(signs.map(describeSign)),
          doubts: [...unsure, ...(cell.status === "ok" ? cell.doubts : [])],
        };
      }),
  );
}

function placeOf(degradation: ReturnType<typeof firstDegradation>): number {
  return degradation?.cell.axisValue ?? Number.POSITIVE_INFINITY;
}

function largestHeld(group: Group, variant: string): Omit<Limit, "plan" | "server"> {
  const largest = cellsOf(group, variant).filter(isWhole).at(-1);
  if (largest === undefined) return { stoppedAt: "not known", sign: "none", doubts: ["no cell ended ok"] };
  const stoppedAt = `not up to ${describePlace(group.axis, largest.axisValue)}`;
  return { stoppedAt, sign: "none", doubts: largest.doubts };
}

function listSearchLimits({ name, results }: Experiment): Limit[] {
  return (results.capacity?.searches ?? []).map((search) => ({
    plan: name,
    server: searchName(search),
    stoppedAt: describeLimit(search),
    sign: search.first === null ? "none" : `${search.first.signal}: ${describeSignal(search.first)}`,
    doubts: isInconclusive(search) ? [describeSearchDoubt(search) ?? search.ended] : [],
  }));
}

const RESOLUTIONS: Readonly<Record<Exclude<DoubtReason, "status">, string>> = {
  ledgers: "the reason why they differ; until then none of these cells can be trusted",
  "not-held": "a longer exchange, or the barrier, keeps all connections open at one time",
  "client-limit": "a machine with more processors, on which several clients share a load (--clients)",
  "loop-lag": "a machine with more processors, on which several clients share a load (--clients)",
  "send-lag": "a machine with more processors, or a lower rate",
  stolen: "a machine whose processors no other guest uses",
  "busy-host": "a machine on which nothing else is at work",
  throttled: "no CPU quota",
  "listen-overflow": "a longer backlog, unless the overflow is what the plan asks about",
};

function listPartial(experiments: readonly Experiment[]): string[] {
  return experiments
    .filter(({ results }) => results.manifest.outcome !== "complete")
    .map(({ name }) => `Plan ${name} was not finished: run it again.`);
}

function listFew(experiments: readonly Experiment[]): string[] {
  const few = experiments.filter(
    ({ results, groups }) =>
      results.capacity === null &&
      groups.some(({ everyCell }) =>
        everyCell.some(({ repetitions }) => repetitions.length < REPETITIONS_MIN),
      ),
  );
  if (few.length === 0) return [];
  return [
    `Cells of ${listed(few.map(({ name }) => name))} have fewer than ${REPETITIONS_MIN} repetitions, so they have no interval and no difference is claimed: more repetitions (--repeats).`,
  ];
}

function listDoubts(experiments: readonly Experiment[]): string[] {
  // The end of a cell that did not end ok is its result.
  return DOUBT_REASONS.filter((reason) => reason !== "status").flatMap((reason) => {
    const counts = experiments.flatMap(({ name, results, groups }) => {
      if (results.capacity !== null) return [];
      const cells = groups.flatMap(({ everyCell }) => everyCell);
      const doubtful = cells.filter(({ doubts }) => doubts.includes(reason)).length;
      return doubtful === 0 ? [] : [`${doubtful} of ${plural(cells.length, "cell")} in ${name}`];
    });
    return counts.length === 0
      ? []
      : [`${reason}: ${listed(counts)}. This would help: ${RESOLUTIONS[reason]}.`];
  });
}

function listSearches(experiments: readonly Experiment[]): string[] {
  return experiments.flatMap(({ name, results }) =>
    (results.capacity?.searches ?? []).filter(isInconclusive).map((search) => {
      const why = describeSearchDoubt(search) ?? `The search ended ${search.ended}.`;
      const isClients = search.first?.signal === "client-limit";
      const help = isClients ? RESOLUTIONS["client-limit"] : "the same search on a quiet machine";
      return `${name}, ${searchName(search)} (${search.searched}): ${why} This would help: ${help}.`;
    }),
  );
}
