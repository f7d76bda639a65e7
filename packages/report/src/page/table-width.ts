import type { Tokens } from "marked";

/** Pixels of a letter and of the blank beside a column, in usual and in small letters: see page.css. */
const USUAL = { letterPx: 9, blankPx: 24 };
const SMALL = { letterPx: 7.6, blankPx: 10 };

/** Pixels that a table has in the narrowest window that shows tables as such (900), and on the page at its full width (1,120). */
const NARROW_PX = 850;
const FULL_PX = 1070;

/**
 * Returns the classes that make a table fit: none, small letters, small letters in a wide window alone, or rows below each
 * other in any window. No table scrolls sideways, so that no column is out of sight.
 */
export function fitTable(table: Tokens.Table): string[] {
  const columns = table.header.map((head, at) => [head, ...table.rows.map((row) => row[at])].map(widest));
  const letters = columns.map((cells) => Math.max(...cells));
  const widthPx = ({ letterPx, blankPx }: typeof USUAL) =>
    letters.reduce((sum, count) => sum + count * letterPx + blankPx, 0);
  if (widthPx(USUAL) <= NARROW_PX) return [];
  if (widthPx(SMALL) <= NARROW_PX) return ["small"];
  return widthPx(SMALL) <= FULL_PX ? ["small", "wide"] : ["stacked"];
}

/** Returns the letters of the longest part of a cell that stays on one line. */
function widest(cell: Tokens.TableCell | undefined): number {
  const { text = "", align = null, header = false } = cell ?? {};
  const parts = text.split(align === "right" && !header ? / (?=\()/ : / |(?<=[a-z])(?=[A-Z][a-z]{2})/);
  return Math.max(...parts.map(({ length }) => length));
}
