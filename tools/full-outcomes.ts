import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SIZE_PAIRS } from "@c10k-lab/process/testing";
import { FAULTS } from "./faults.ts";

const ROOT = join(import.meta.dirname, "..");
const RECORD = join(ROOT, "tools/full-outcomes.json");
/** The page that `npm run faults:full` writes. */
export const PAGE = join(ROOT, "docs/FAULTS-FULL.md");

export type SizedRow = keyof typeof SIZE_PAIRS;
export const ROWS = Object.keys(SIZE_PAIRS) as SizedRow[];

/** Vitest projects whose tests have sizes, by their short names. */
export const PLACES = {
  threaded: "server-threaded",
  select: "server-select",
  poll: "server-poll",
  epoll: "server-epoll",
  uring: "server-uring",
  client: "client",
  docker: "docker",
} as const;
export type Place = keyof typeof PLACES;
export const PLACE_NAMES = Object.keys(PLACES) as Place[];

/** Tests of a row that ran at full size in one place. */
export interface FullOutcome {
  readonly row: SizedRow;
  readonly place: Place;
  readonly sizes: Readonly<Record<string, number>>;
  /** Commit that was tested. */
  readonly commit: string;
  readonly passed: number;
  readonly failed: number;
  /** Tests that the machine lacks something for. */
  readonly skipped: number;
}

/** Returns the full sizes of a row. */
export function fullSizesOf(row: SizedRow): Record<string, number> {
  return Object.fromEntries(Object.entries(SIZE_PAIRS[row]).map(([name, [, full]]) => [name, full]));
}

/** Returns whether all tests of a row ran at its present sizes, and none failed. */
export function isDone(outcome: FullOutcome): boolean {
  return outcome.failed === 0 && outcome.skipped === 0 && isAtFullSize(outcome);
}

function isAtFullSize({ row, sizes }: FullOutcome): boolean {
  return JSON.stringify(sizes) === JSON.stringify(fullSizesOf(row));
}

export function readOutcomes(): FullOutcome[] {
  return JSON.parse(readFileSync(RECORD, "utf8"));
}

/** Writes an outcome in place of an earlier one of the same row and place, and the page. @returns all outcomes */
export function keepOutcome(outcome: FullOutcome): FullOutcome[] {
  const isOther = ({ row, place }: FullOutcome) => row !== outcome.row || place !== outcome.place;
  const order = ({ row, place }: FullOutcome) => ROWS.indexOf(row) * 100 + PLACE_NAMES.indexOf(place);
  const all = [...readOutcomes().filter(isOther), outcome].sort((a, b) => order(a) - order(b));
  writeFileSync(RECORD, JSON.stringify(all));
  writeFileSync(PAGE, fullPage(all));
  const biome = join(ROOT, "node_modules/.bin/biome");
  execFileSync(biome, ["format", "--write", RECORD, PAGE], { stdio: "ignore" });
  return all;
}

/** Returns the outcome of a row in one place, for a table. */
export function describeOutcome(outcome: FullOutcome | undefined): string {
  if (outcome === undefined) return "not run";
  const { passed, failed, skipped } = outcome;
  if (failed > 0) return `**${failed} of ${passed + failed} failed**`;
  if (passed + skipped === 0) return "–";
  const counts = [
    ...(passed > 0 ? [`${passed} passed`] : []),
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
  ];
  return isAtFullSize(outcome) ? counts.join(", ") : `${counts.join(", ")} at another size`;
}

/** Returns the page. */
export function fullPage(outcomes: readonly FullOutcome[]): string {
  const rows = ROWS.map((row) => {
    const { fault = "" } = FAULTS.find((each) => each.row === row) ?? {};
    const sizes = Object.entries(fullSizesOf(row)).map(
      ([name, size]) => `${name} ${size.toLocaleString("en")}`,
    );
    const of = (place: Place) => outcomes.find((each) => each.row === row && each.place === place);
    return [row, fault, sizes.join(", "), ...PLACE_NAMES.map((place) => describeOutcome(of(place)))];
  });
  const head = ["row", "fault", "full size", ...PLACE_NAMES];
  return `# Faults at full size

Rows of [Faults](FAULTS.md) whose tests are smaller in the gate, at the sizes of the fault catalogue. This page is written by
\`npm run faults:full\`, which runs the rows that have not passed yet, one server after another: each cell counts tests, and a
dash means that the row has none there. \`npm run faults:full -- S18 C2 --on epoll\` selects rows and servers, \`--again\` runs
also those that have passed.

${tableOf([head, head.map(() => ":-"), ...rows])}
`;
}

/** Returns a Markdown table as the formatter writes it. */
function tableOf(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => (row[at] ?? "").length)));
  const fill = (text: string, at: number) =>
    text === ":-" ? "-".repeat(widths[at] ?? 0) : text.padEnd(widths[at] ?? 0);
  return rows.map((row) => `| ${row.map(fill).join(" | ")} |`).join("\n");
}
