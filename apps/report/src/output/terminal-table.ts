import type { Table } from "@c10k-lab/words";
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

/** Formats a table for a terminal: words of a heading below each other, columns separated by white space alone. */
export function terminalTable({ head, align, rows }: Table): string {
  const table = new CliTable({
    head: head.map((heading) => heading.replaceAll(" ", "\n")),
    colAligns: align,
    chars: NO_LINES,
    style: { head: [], border: [], compact: true, "padding-left": 0, "padding-right": 0 },
  });
  table.push(...rows);
  return table.toString().replace(/ +$/gm, "");
}
