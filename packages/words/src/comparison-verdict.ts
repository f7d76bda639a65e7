import type { Change, ExperimentComparison } from "@c10k-lab/protocol";
import { describeCell, describeChangeDoubts, describeObstacle, describePercent } from "./comparison.ts";
import { abridged, integer, listed, NAMES_MAX, plural } from "./phrases/numbers.ts";
import { quantityWords } from "./phrases/quantities.ts";
import { describeSpan } from "./phrases/spans.ts";

/** Returns the verdict, then the changes that count and those that do not, then what no interval covers. */
export function describeVerdict(comparison: ExperimentComparison): string[] {
  const parts = [describeJudgement(comparison), describeCounts(comparison), describeDrift(comparison)];
  return parts.filter((part) => part !== "");
}

/** Tells how much of a difference may be the machine's, and what the intervals hold; empty where nothing could be compared. */
function describeDrift({ verdict, drift }: ExperimentComparison): string {
  if (verdict === "nothing-compared") return "";
  const { apartMs, common } = drift;
  const changes = listed(
    common.map(
      ({ quantity, changePercent }) =>
        `${describePercent(changePercent)} % in ${quantityWords(quantity).what}`,
    ),
  );
  const cells = Math.max(...common.map((one) => one.cells));
  const share =
    common.length === 0
      ? "and fewer than three cells do not show how much of a difference is the machine's"
      : `and the median change of all ${plural(cells, "cell")} is ${changes}: so much of a difference may be the machine's`;
  return `The runs began ${describeSpan(apartMs)} apart, ${share}, because the intervals hold only what differs between repetitions of one run. Believe what a second pair, run in reverse order, confirms.`;
}

/** Returns the verdict in one sentence. */
function describeJudgement(comparison: ExperimentComparison): string {
  if (comparison.verdict === "nothing-compared") return describeNothing(comparison);
  const { regressions, thresholdPercent } = comparison;
  const head = regressions.length === 0 ? "No regression" : plural(regressions.length, "regression");
  return `${head} at a threshold of ${thresholdPercent} %.`;
}

/** Returns how many changes have a say, and how many have none; empty where nothing could be compared. */
function describeCounts(comparison: ExperimentComparison): string {
  if (comparison.verdict === "nothing-compared") return "";
  const { summary } = comparison;
  const { cellsNotComparable: cells } = summary;
  return [
    ...describeCounted(summary),
    ...describeLeftOut(comparison),
    ...(cells === 0 ? [] : [`${plural(cells, "cell")} ${cells === 1 ? "is" : "are"} not comparable.`]),
  ].join(" ");
}

function describeCounted(summary: ExperimentComparison["summary"]): string[] {
  const { counted, beyondThreshold, worse, better, noDifferenceShown, tooWide } = summary;
  const parts = listCounts([
    [beyondThreshold, "surely worse than that"],
    [worse, "worse, but not surely by so much"],
    [better, "better"],
    [noDifferenceShown, "without a difference shown"],
  ]);
  const head = `${plural(counted, "comparison")} ${counted === 1 ? "counts" : "count"}`;
  const wide = `The interval of ${integer(tooWide)} of them is too wide to rule a regression out.`;
  return [`${head}${parts && `: ${parts}`}.`, ...(tooWide === 0 ? [] : [wide])];
}

function describeLeftOut({ summary, repetitionsMin }: ExperimentComparison): string[] {
  const parts = listCounts([
    [summary.inconclusive, "inconclusive"],
    [summary.tooFewRepetitions, `from fewer than ${repetitionsMin} repetitions`],
    [summary.notComparable, "not comparable"],
  ]);
  return parts === "" ? [] : [`Not counted: ${parts}.`];
}

/** Returns "3 better and 1 inconclusive", without the zeros. */
function listCounts(counts: readonly (readonly [count: number, what: string])[]): string {
  return listed(counts.filter(([count]) => count > 0).map(([count, what]) => `${integer(count)} ${what}`));
}

function describeNothing({ cells, repetitionsMin }: ExperimentComparison): string {
  if (cells.length === 0) return "Nothing could be compared: no cell was measured in either experiment.";
  if (!cells.some(({ before, after }) => before !== null && after !== null)) {
    return "Nothing could be compared: the experiments have no cell in common.";
  }
  const reasons = cells.flatMap((cell) => {
    const { obstacle, changes } = cell;
    const name = describeCell(cell);
    if (obstacle !== null) return { name, reason: describeObstacle(cell, obstacle) };
    return changes.map((change) => ({ name, reason: describeNoSay(change, repetitionsMin) }));
  });
  const parts = [...Map.groupBy(reasons, ({ reason }) => reason)].map(
    ([reason, of]) => `${reason} (${abridged([...new Set(of.map(({ name }) => name))])})`,
  );
  const others = parts.length - NAMES_MAX;
  const more = others > 0 ? [`${plural(others, "other reason")} for other cells`] : [];
  return `Nothing could be compared: ${[...parts.slice(0, NAMES_MAX), ...more].join("; ")}.`;
}

const OBSTACLES: Readonly<Record<NonNullable<Change["obstacle"]>, string>> = {
  "not-measured-before": "not measured before",
  "not-measured-after": "not measured after",
  "zero-before": "0 before, and no change is a percentage of that",
};

/** Returns the reason why a change has no say. */
function describeNoSay(change: Change, repetitionsMin: number): string {
  if (change.obstacle !== null) return OBSTACLES[change.obstacle];
  if (change.judgement === "too-few-repetitions") {
    return `fewer than ${repetitionsMin} repetitions that ended well`;
  }
  return `inconclusive, and not counted unless asked: ${describeChangeDoubts(change)}`;
}

/** Returns the rule by which a change is called real, and a regression. */
export function describeComparisonRule(comparison: ExperimentComparison): string[] {
  const { thresholdPercent, countsInconclusive, confidencePercent, repetitionsMin, ratioMin } = comparison;
  return [
    `A change is called better or worse when the ${confidencePercent} % bootstrap interval of the ratio of the medians leaves out 1 and one ` +
      `median is at least ${ratioMin} times the other; from fewer than ${repetitionsMin} repetitions nothing is claimed.`,
    `It is a regression when it is worse and its whole interval is worse than the threshold: below −${thresholdPercent} % for a rate or a ` +
      `count of connections held, above +${thresholdPercent} % for a time or a cost.`,
    "A cell is a regression when it ended worse than before, when repetitions of it failed and none before, and when it is missing. A run that was interrupted lacks cells for another reason.",
    countsInconclusive
      ? "Inconclusive cells count like others."
      : "Inconclusive figures may not be the server's: they are shown and do not count.",
  ];
}
