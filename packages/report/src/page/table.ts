import { MISSING } from "@c10k-lab/words";
import type { Tokens } from "marked";
import { escapeHtml } from "../text/markdown.ts";
import { fitTable } from "./table-width.ts";

/** Columns that a screen reader says before each value of a row. */
const ROW_HEADERS_MAX = 3;

/** Renders a table. Where its columns do not fit, the style sheet shows rows below each other, each value with its label. */
export function tableHtml(
  token: Tokens.Table,
  caption: string,
  inline: (cell: Tokens.TableCell) => string,
): string {
  const head = token.header
    .map((cell) => `<th role="columnheader" scope="col"${attribute(cell)}>${breakable(inline(cell))}</th>`)
    .join("");
  // The roles stay where rows stand below each other; the labels stand before the values then.
  const labels = token.header.map(({ text }) => escapeHtml(unescaped(text)));
  const headers = countRowHeaders(token);
  const rows = token.rows.map((row, from) => {
    const cells = row.map((cell, at) => {
      if (at === 0 && continues(row)) return "";
      const span = at === 0 ? spanOf(token.rows, from) : "";
      const value = cell.align === "right" ? unbrokenNumber(inline(cell)) : inline(cell);
      const rest = `${span} data-label="${labels[at]}"${attribute(cell)}>${value}`;
      return at < headers ? `<th role="rowheader" scope="row"${rest}</th>` : `<td role="cell"${rest}</td>`;
    });
    return `<tr role="row">${cells.join("")}</tr>\n`;
  });
  const classes = [...(token.rows.some(continues) ? ["grouped"] : []), ...fitTable(token)];
  return `<table role="table"${classesText(classes)}>${caption}\n<thead role="rowgroup"><tr role="row">${head}</tr></thead>\n<tbody role="rowgroup">\n${rows.join("")}</tbody>\n</table>`;
}

/** Returns text of Markdown as it is shown. */
export function unescaped(text: string): string {
  return text
    .replace(/\\([^\w\s])/g, "$1")
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&amp;/g, "&");
}

/** Lets a line end between the words of a name such as ListenOverflows. */
function breakable(html: string): string {
  return html.replace(/(?<=[a-z])(?=[A-Z][a-z]{2})/g, "<wbr>");
}

/** Keeps "94.1 to 98.0" on one line; the line may end before an interval in brackets. */
function unbrokenNumber(html: string): string {
  return html.replace(/ (?![^<]*>)(?!\()/g, "\u00a0");
}

function attribute({ align, text }: Tokens.TableCell): string {
  return classesText([...(align === "right" ? ["number"] : []), ...(text === MISSING ? ["missing"] : [])]);
}

function classesText(classes: readonly string[]): string {
  return classes.length === 0 ? "" : ` class="${classes.join(" ")}"`;
}

/** Returns whether the name in the first column is that of the row above, and left out. */
function continues([first]: readonly Tokens.TableCell[]): boolean {
  return first?.text === "";
}

/** Returns the attribute for the rows that have the name that begins in a row. */
function spanOf(rows: readonly Tokens.TableCell[][], from: number): string {
  const next = rows.findIndex((row, at) => at > from && !continues(row));
  const height = (next === -1 ? rows.length : next) - from;
  return height > 1 ? ` rowspan="${height}"` : "";
}

/** Returns how many of the first columns name a row: as many as make all names different, or one. */
function countRowHeaders({ header, rows }: Tokens.Table): number {
  const columns = header.map((_, at) => at + 1);
  let first = "";
  const names = rows.map((row) => {
    first = row[0]?.text || first;
    return [first, ...row.slice(1).map(({ text }) => text)];
  });
  const isName = (count: number) =>
    new Set(names.map((row) => JSON.stringify(row.slice(0, count)))).size === rows.length;
  const found = columns.find(isName) ?? 1;
  return found > ROW_HEADERS_MAX ? 1 : found;
}
