import { MISSING, type Table, wrap } from "@c10k-lab/words";
import CliTable from "cli-table3";

const SIDES = ["top", "bottom", "left", "right"];
const LINES = [
  ...SIDES,
  ...SIDES.map((side) => `${side}-mid`),
  "top-left",
  "top-right",
  "bottom-left",
  "bottom-right",
  "mid",
  "mid-mid",
];

const NO_LINES = { ...Object.fromEntries(LINES.map((line) => [line, ""])), middle: "  " };

/** Keeps words of a heading on one line. A blank in its place is printed, so that a search in the output finds them. */
export const NO_BREAK = "\u00a0";

/** Formats a table for a terminal: words of a heading below each other, columns separated by white space alone. */
export function terminalTable({ head, align, rows }: Table): string {
  const table = new CliTable({
    head: head.map((heading) => heading.replaceAll(" ", "\n")),
    colAligns: align,
    chars: NO_LINES,
    style: { head: [], border: [], compact: true, "padding-left": 0, "padding-right": 0 },
  });
  table.push(...rows);
  return table.toString().replace(/ +$/gm, "").replaceAll(NO_BREAK, " ");
}

/** Returns the columns that the longest line takes. */
export function widthOf(lines: readonly string[]): number {
  return Math.max(0, ...lines.map((line) => line.length));
}

/**
 * Formats a table for a width: without the columns it can do without, as far as that is necessary, and where it is still
 * too wide with the values of each row as words in a line.
 *
 * @param spare beginnings of the headings of columns that go, the first of them first
 */
export function fitTable(table: Table, columns: number, spare: readonly string[]): string[] {
  const lines = terminalTable(table).split("\n");
  if (widthOf(lines) <= columns) return lines;
  const [next, ...others] = spare;
  if (next !== undefined) return fitTable(without(table, next), columns, others);
  return table.rows.flatMap((row) =>
    wrap(row.filter((cell) => cell !== "" && cell !== MISSING).join(" "), columns),
  );
}

/** Returns a table without the columns whose headings begin so. */
function without({ head, align, rows }: Table, beginning: string): Table {
  const isKept = (_: unknown, at: number) => !head[at]?.startsWith(beginning);
  return {
    head: head.filter(isKept),
    align: align.filter(isKept),
    rows: rows.map((row) => row.filter(isKept)),
  };
}
