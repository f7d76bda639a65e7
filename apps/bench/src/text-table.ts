import Table from "cli-table3";

/**
 * Formats a table for a terminal.
 *
 * @param left indexes of the columns whose cells begin at the left; numbers end at the right
 */
export function formatTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  left: readonly number[] = [0],
): string {
  const table = new Table({
    head: [...head],
    colAligns: head.map((_, column) => (left.includes(column) ? "left" : "right")),
    style: { head: [], border: [], compact: true },
  });
  table.push(...rows.map((row) => [...row]));
  return table.toString();
}
