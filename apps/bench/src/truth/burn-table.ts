import { CONFIDENCE_PERCENT } from "@c10k-lab/inference";
import Table from "cli-table3";
import { type BurnRow, studyBurns } from "./burn-study.ts";

/** Result of the studies of servers whose cost is known, to print. */
export interface BurnTable {
  readonly text: string;
  /** Every interval holds the truth, and nothing was found where nothing is. */
  readonly holds: boolean;
}

/** Measures with and without another program at work. @param onStudy receives the description of each before it begins */
export async function proveBurns(
  onStudy: (description: string) => void,
  budgetMs: number,
  stop: AbortSignal,
): Promise<BurnTable> {
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
  const table = new Table({
    head,
    colAligns: ["left", "right", "right", "right", "left", "left"],
    style: { head: [], border: [], compact: true },
  });
  for (const { setting, rows } of studies) {
    for (const [index, row] of rows.entries()) {
      const { mean, halfWidth } = row.found;
      const interval = `${(mean - halfWidth).toFixed(2)} to ${(mean + halfWidth).toFixed(2)}`;
      const cells = [
        row.burnUs.toFixed(0),
        mean.toFixed(2),
        interval,
        isInside(row) ? "yes" : "no",
        row.verdict,
      ];
      table.push([index === 0 ? setting : "", ...cells]);
    }
  }
  return table.toString();
}
