import { Lexer, type Token, type Tokens } from "marked";
import { describe, expect, it } from "vitest";
import { renderReport } from "../../src/index.ts";
import { makeResults, makeStudyCells, thrice } from "../fixtures/fixture.ts";
import { makeManyVariants } from "../fixtures/many-variants.ts";

describe.each([
  ["three servers", makeStudyCells()],
  ["twelve variants", makeManyVariants()],
])("report.md with %s, on a code host", (_, cells) => {
  const {
    details: { markdown },
    charts,
  } = renderReport([makeResults(thrice(cells))]);
  const tokens = everyToken(new Lexer({ gfm: true }).lex(markdown));
  const tables = tokens.filter((token): token is Tokens.Table => token.type === "table");

  it("The report is Markdown alone, without HTML", () => {
    expect(tokens.filter(({ type }) => type === "html")).toEqual([]);
  });

  it("The report has its images beside it, each with a text in its place", () => {
    const images = tokens.filter((token): token is Tokens.Image => token.type === "image");
    expect(images.map(({ href }) => href)).toEqual([...charts.keys()].map((name) => `charts/${name}`));
    for (const { text } of images) expect(text).not.toBe("");
  });

  it("Each line of the report that looks like a row is in a table, with a cell a column", () => {
    const rows = tables.map(({ rows }) => rows.length + 2).reduce((a, b) => a + b, 0);
    expect(markdown.split("\n").filter((line) => line.startsWith("|"))).toHaveLength(rows);
    for (const line of markdown.split("\n").filter((one) => one.startsWith("|")))
      expect(line.endsWith("|"), line).toBe(true);
    for (const { raw, header } of tables)
      for (const line of raw.trimEnd().split("\n")) expect(cellsIn(line), line).toBe(header.length);
  });

  it("The report links to nothing outside", () => {
    const links = tokens.filter((token): token is Tokens.Link => token.type === "link");
    expect(links.map(({ href }) => href)).toEqual(["report.md"]);
  });

  it.each([...charts])(
    "The chart %s needs no script, no font and no file, and has room for its words",
    (_name, svg) => {
      expect(svg).not.toMatch(/<(script|style|foreignObject|image|use|a)\b|@font-face|@import|\bon[a-z]+=/i);
      expect(svg).not.toMatch(/\b(?:href|src)=|url\((?!#)/);
      expect(svg.match(/ xmlns="http:\/\/www\.w3\.org\/2000\/svg"/g)).toHaveLength(1);
      // A generic family last: where none of the fonts is there, the words still are.
      for (const [, family] of svg.matchAll(/font-family[:=]\s*"?([^;"]*)/g))
        expect(family).toMatch(/sans-serif$/);
      const height = Number(/height="(\d+)"/.exec(svg)?.[1]);
      for (const [, y] of svg.matchAll(/<text[^>]*translate\([\d.]+ ([\d.]+)\)/g))
        expect(Number(y)).toBeLessThan(height);
    },
  );
});

function everyToken(tokens: readonly Token[]): Token[] {
  return tokens.flatMap((token) => {
    const cells = token.type === "table" ? [...token.header, ...token.rows.flat()] : [];
    const inside = [
      ...((token as Tokens.Generic).tokens ?? []),
      ...(token.type === "list" ? token.items : []),
      ...cells.flatMap((cell: Tokens.TableCell) => cell.tokens),
    ];
    return [token, ...everyToken(inside)];
  });
}

/** Text between bars that are not escaped. */
function cellsIn(row: string): number {
  return row.replaceAll("\\|", "").split("|").length - 2;
}
