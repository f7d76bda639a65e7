import { CONFIDENCE_PERCENT } from "@c10k-lab/inference";
import { formatTable } from "../text-table.ts";
import { type BurnRow, studyBurns } from "./burn-study.ts";
import type { TruthTable } from "./simulated-table.ts";

/** Measures with and without another program at work. @param onStudy receives the description of each before it begins */
export async function proveBurns(
  onStudy: (description: string) => void,
  budgetMs: number,
  stop: AbortSignal,
): Promise<TruthTable> {
  const studies: { readonly setting: string; readonly rows: readonly BurnRow[] }[] = [];
  for (const hasBurner of [false, true]) {
    const setting = hasBurner ? "30 % of a core busy" : "nothing else started";
    onStudy(`${setting}: ${Math.round(budgetMs / 1000)} s`);
    studies.push({ setting, rows: await studyBurns({ budgetMs, hasBurner, stop }) });
  }
  const all = studies.flatMap(({ rows }) => rows);
  const holds = all.every((row) => isInside(row) && (row.burnUs > 0 || row.verdict !== "shown"));
  const verdict = holds
    ? "Every interval holds the known cost, and nothing is found between two servers that are alike."
    : "Some intervals leave out the known cost, or a difference is shown between two servers that are alike.";
  return { text: `${format(studies)}\n\n${verdict}`, holds };
}

function isInside({ burnUs, found: { mean, halfWidth } }: BurnRow): boolean {
  return Math.abs(mean - burnUs) <= halfWidth;
}

function format(studies: readonly { readonly setting: string; readonly rows: readonly BurnRow[] }[]): string {
  const head = [
    "setting",
    "wasted µs",
    "found µs",
    `${CONFIDENCE_PERCENT} % interval`,
    "inside",
    "CPU time per message",
  ];
  const rows = studies.flatMap(({ setting, rows: all }) =>
    all.map((row, index) => {
      const { mean, halfWidth } = row.found;
      const interval = `${(mean - halfWidth).toFixed(2)} to ${(mean + halfWidth).toFixed(2)}`;
      const inside = isInside(row) ? "yes" : "no";
      return [
        ...[index === 0 ? setting : "", row.burnUs.toFixed(0), mean.toFixed(2)],
        ...[interval, inside, row.verdict],
      ];
    }),
  );
  return formatTable(head, rows, [0, 4, 5]);
}
