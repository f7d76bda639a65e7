import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { markdownTable } from "../../src/reference/markdown-table.ts";
import { referencePages } from "../../src/reference/pages.ts";

const FOLDER = new URL("../../../../docs/reference/", import.meta.url);

test.each([...referencePages()])(
  "docs/reference/%s is what the contracts say: npm run docs",
  (name, text) => {
    expect(readFileSync(new URL(name, FOLDER), "utf8")).toBe(text);
  },
);

test("a page has each option with its environment variable, its default and what it excludes", () => {
  const pages = referencePages();
  const row = (page: string, option: string) =>
    pages
      .get(page)
      ?.split("\n")
      .find((line) => line.startsWith(`| \`${option}\``))
      ?.split("|")
      .map((cell) => cell.trim());
  expect(row("servers.md", "--backlog")?.slice(1, 4)).toEqual(["`--backlog`", "`ECHO_BACKLOG`", "`4096`"]);
  expect(row("client.md", "--duration")?.at(-2)).toBe("`--repeat`, `--transfer`, `--control`");
  expect(row("client.md", "--no-barrier")?.slice(2, 4)).toEqual(["`LOAD_NO_BARRIER`", "off"]);
  expect(row("lab.md", "--engine")?.slice(1, 3)).toEqual(["`--engine`", "`process`"]);
});

test("a table is aligned in its source, and a bar in a cell is escaped", () => {
  expect(
    markdownTable(
      ["option", "meaning"],
      [
        ["a", "x|y"],
        ["bb", ""],
      ],
    ),
  ).toBe(
    ["| option | meaning |", "| ------ | ------- |", "| a      | x\\|y    |", "| bb     |         |"].join(
      "\n",
    ),
  );
});
