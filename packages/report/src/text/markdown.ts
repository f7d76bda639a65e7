import { type Column, type Table, tabulate } from "@c10k-lab/words";

/** Markdown from data. Commands, options and quoted output stay text: on a code host, in the page, in a terminal. */

const ENTITIES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

/** Returns plain text as one line that no Markdown reader takes for markup. */
export function text(plain: string): string {
  return plain
    .replace(/\s+/g, " ")
    .trim()
    .replace(/[\\`*_[\]|~#!$]/g, "\\$&")
    .replace(/[&<>]/g, (character) => ENTITIES[character] ?? character)
    .replace(/^([-+=])/, "\\$1")
    .replace(/^(\d+)([.)])(?=\s|$)/, "$1\\$2");
}

/** Fences a text with more backticks than it has in a row. */
export function codeBlock(content: string, language = "text"): string {
  const longest = Math.max(2, ...(content.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${content}\n${fence}`;
}

/** Fences commands for a shell, a line each: code hosts and the page let one copy them. */
export function commandBlock(commands: readonly string[]): string {
  return codeBlock(commands.join("\n"), "sh");
}

export function tableOf<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  return renderTable(tabulate(columns, rows));
}

export function renderTable({ head, align, rows }: Table): string {
  const rule = align.map((side) => (side === "left" ? "---" : "---:"));
  return [head.map(text), rule, ...rows.map((row) => row.map(text))].map(line).join("\n");
}

export function bullets(sentences: readonly string[]): string {
  return sentences.map((sentence) => `- ${text(sentence)}`).join("\n");
}

/** Moves the headings of a section down by some levels. */
export function demoted(section: string, levels: number): string {
  return section.replace(
    /^(#+) /gm,
    (_, marks: string) => `${"#".repeat(Math.min(6, marks.length + levels))} `,
  );
}

/** Joins blocks by an empty line; leaves out empty ones. */
export function blocks(parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join("\n\n");
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}
