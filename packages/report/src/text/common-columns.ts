import { type Column, listed, MISSING, type Table, tabulate } from "@c10k-lab/words";
import { blocks, renderTable, text } from "./markdown.ts";

/** Renders a table of many columns. A column with one value in all rows is told above it; the first names the rows, and stays. */
export function renderWide({ head, align, rows }: Table): string {
  const isCommon = (at: number) =>
    at > 0 && rows.length > 1 && rows.every((row) => row[at] === rows[0]?.[at]);
  const common = head.flatMap((name, at) => (isCommon(at) ? [{ name, value: rows[0]?.[at] ?? "" }] : []));
  const keep = <T>(cells: readonly T[]) => cells.filter((_, at) => !isCommon(at));
  return blocks([
    text(describeCommon(common)),
    renderTable({ head: keep(head), align: keep(align), rows: rows.map(keep) }),
  ]);
}

export function wideTableOf<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  return renderWide(tabulate(columns, rows));
}

function describeCommon(common: readonly { readonly name: string; readonly value: string }[]): string {
  const isKnown = ({ value }: (typeof common)[number]) => value !== MISSING && value !== "";
  const same = common.filter(isKnown).map(({ name, value }) => `${name} ${value}`);
  const unknown = common.filter((one) => !isKnown(one)).map(({ name }) => name);
  return [
    ...(same.length === 0 ? [] : [`In all rows: ${same.join("; ")}.`]),
    ...(unknown.length === 0 ? [] : [`None or not measured: ${listed(unknown)}.`]),
  ].join(" ");
}
