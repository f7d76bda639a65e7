/** Formats a table whose columns are aligned in the source as well. A cell may hold any text but a newline. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const escaped = rows.map((row) => row.map((cell) => cell.replaceAll("|", "\\|")));
  const widths = head.map((title, at) =>
    Math.max(title.length, ...escaped.map((row) => row[at]?.length ?? 0)),
  );
  const line = (cells: readonly string[], fill: string) =>
    `| ${widths.map((width, at) => (cells[at] ?? "").padEnd(width, fill)).join(" | ")} |`;
  return [line(head, " "), line([], "-"), ...escaped.map((row) => line(row, " "))].join("\n");
}
