import { RUNS_MIN } from "@c10k-lab/inference";
import type { CellComparison, Change, Judgement } from "@c10k-lab/protocol";
import { integer, listed, plural } from "@c10k-lab/words";
import { doubtOf } from "./change-sentences.ts";

/** What came out, how much had a say, and what had none. */
export function summarySentence(
  cells: readonly CellComparison[],
  regressions: number,
  thresholdPercent: number,
): string {
  const changes = cells.flatMap((cell) => cell.changes);
  const head = regressions === 0 ? "No regression" : plural(regressions, "regression");
  return [
    `${head} at a threshold of ${thresholdPercent} %.`,
    ...countedSentences(changes.filter(({ counts }) => counts)),
    ...leftOutSentence(changes.filter(({ counts }) => !counts)),
    ...cellsSentence(cells),
  ].join(" ");
}

function countedSentences(counted: readonly Change[]): string[] {
  const beyond = counted.filter(({ isBeyondThreshold }) => isBeyondThreshold).length;
  const parts = [
    part(beyond, "surely worse than that"),
    part(numberOf(counted, "worse") - beyond, "worse, but not surely by so much"),
    part(numberOf(counted, "better"), "better"),
    part(numberOf(counted, "no-difference-shown"), "without a difference shown"),
  ].flat();
  const wide = counted.filter((change) => !change.isBeyondThreshold && !change.rulesOutRegression).length;
  return [
    `${plural(counted.length, "comparison")} ${counted.length === 1 ? "counts" : "count"}${
      parts.length === 0 ? "" : `: ${listed(parts)}`
    }.`,
    ...(wide === 0 ? [] : [`In ${integer(wide)} of them the interval is too wide to rule a regression out.`]),
  ];
}

function leftOutSentence(left: readonly Change[]): string[] {
  const parts = [
    part(left.filter(({ intervalPercent }) => intervalPercent !== null).length, "inconclusive"),
    part(numberOf(left, "too-few-runs"), `from fewer than ${RUNS_MIN} runs`),
    part(numberOf(left, "not-comparable"), "not comparable"),
  ].flat();
  return parts.length === 0 ? [] : [`Not counted: ${listed(parts)}.`];
}

function cellsSentence(cells: readonly CellComparison[]): string[] {
  const without = cells.filter(({ why }) => why !== null).length;
  if (without === 0) return [];
  return [`${plural(without, "cell")} ${without === 1 ? "is" : "are"} not comparable.`];
}

function part(number: number, what: string): string[] {
  return number === 0 ? [] : [`${integer(number)} ${what}`];
}

function numberOf(changes: readonly Change[], judgement: Judgement): number {
  return changes.filter((change) => change.judgement === judgement).length;
}

/** Why a comparison has no say: each reason with the cells it is true of. */
export function nothingSentence(cells: readonly CellComparison[]): string {
  if (cells.length === 0) return "Nothing could be compared: no cell was measured in either run.";
  if (!cells.some(({ before, after }) => before !== null && after !== null)) {
    return "Nothing could be compared: the runs have no cell in common.";
  }
  const reasons = cells.flatMap((cell) => reasonsOf(cell).map((reason) => ({ name: cell.name, reason })));
  const byReason = Map.groupBy(reasons, ({ reason }) => reason);
  const parts = [...byReason].map(
    ([reason, of]) => `${reason} (${[...new Set(of.map(({ name }) => name))].join(", ")})`,
  );
  return `Nothing could be compared: ${parts.join("; ")}.`;
}

function reasonsOf({ why, changes }: CellComparison): string[] {
  if (why !== null) return [why];
  return changes.map((change) => {
    if (change.judgement === "too-few-runs") return `fewer than ${RUNS_MIN} runs that ended well`;
    return change.why ?? `inconclusive, and not counted unless asked: ${doubtOf(change)}`;
  });
}
