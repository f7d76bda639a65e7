/**
 * Markdown from data. What comes from outside (notes, commands, options) is text and stays text: on a code host, in
 * the page and in a terminal.
 */

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

/** One line of plain text that no Markdown reader takes for markup. */
export function text(plain: string): string {
  return plain
    .replace(/\s+/g, " ")
    .trim()
    .replace(/[\\`*_[\]|~#!$]/g, "\\$&")
    .replace(/[&<>]/g, (character) => ENTITIES[character] ?? character)
    .replace(/^([-+=])/, "\\$1")
    .replace(/^(\d+)([.)])(?=\s|$)/, "$1\\$2");
}

/** A fence longer than any run of backticks inside. */
export function codeBlock(content: string): string {
  const longest = Math.max(2, ...(content.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}text\n${content}\n${fence}`;
}

export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Numbers end at the right; the columns in `words` begin at the left. */
export function tableOf(table: Table, words: readonly number[] = [0]): string {
  const rule = table.head.map((_, column) => (words.includes(column) ? "---" : "---:"));
  return [table.head.map(text), rule, ...table.rows.map((row) => row.map(text))].map(line).join("\n");
}

export function bullets(sentences: readonly string[]): string {
  return sentences.map((sentence) => `- ${text(sentence)}`).join("\n");
}

/** A section inside another one: its headings go down by so many levels. */
export function demoted(section: string, levels: number): string {
  return section.replace(
    /^(#+) /gm,
    (_, marks: string) => `${"#".repeat(Math.min(6, marks.length + levels))} `,
  );
}

/** Blocks with an empty line between; empty blocks vanish. */
export function blocks(parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join("\n\n");
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}
