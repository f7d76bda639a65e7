/** Column of a table, by what it shows of a row. Numbers end at the right, which is the default. */
export interface Column<Row> {
  readonly head: string;
  readonly align?: "left";
  readonly cell: (row: Row) => string;
}

/** Table as text, for Markdown or a terminal. */
export interface Table {
  readonly head: string[];
  readonly align: ("left" | "right")[];
  readonly rows: string[][];
}

export function tabulate<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): Table {
  return {
    head: columns.map(({ head }) => head),
    align: columns.map(({ align }) => align ?? "right"),
    rows: rows.map((row) => columns.map(({ cell }) => cell(row))),
  };
}
