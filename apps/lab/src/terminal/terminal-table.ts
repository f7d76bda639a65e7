import Table from "cli-table3";

const NO_LINES = {
  ...{ top: "", "top-mid": "", "top-left": "", "top-right": "" },
  ...{ bottom: "", "bottom-mid": "", "bottom-left": "", "bottom-right": "" },
  ...{ left: "", "left-mid": "", mid: "", "mid-mid": "", right: "", "right-mid": "", middle: "  " },
};

/**
 * Narrow enough for a terminal: words of a heading below each other, columns apart by white space alone.
 *
 * @param words the columns that begin at the left; numbers end at the right
 */
export function terminalTable(
  head: readonly string[],
  rows: readonly string[][],
  words: readonly number[],
): string {
  const table = new Table({
    head: head.map((heading) => heading.replaceAll(" ", "\n")),
    colAligns: head.map((_, column) => (words.includes(column) ? "left" : "right")),
    chars: NO_LINES,
    style: { head: [], border: [], compact: true, "padding-left": 0, "padding-right": 0 },
  });
  table.push(...rows);
  return table.toString().replace(/ +$/gm, "");
}
