import { expect, test } from "vitest";
import { findOffences } from "../check-words.ts";

function offendingLines(name: string, text: string): number[] {
  return findOffences(name, text).map(({ line }) => line);
}

test.each([
  ["a docstring in one line", "/** What the server sends. */"],
  ["a docstring in several lines", "/**\n * Whether it is open.\n */"],
  ["a block comment in C", "/* How many rows there are. */"],
  ["a message in a string", 'print("Of 10 connections 9 were open.");'],
  ["a message in a template", "print(`What the clients saw.`);"],
  ["a test's title", 'test("whoever reads slowly delays nobody", run);'],
  ["the title of a test with a table", 'test.each(rows)(\n  "what %s sends is echoed",\n  run);'],
])("a bad opening is found in %s", (_, text) => {
  expect(findOffences("a.ts", text)).toHaveLength(1);
});

test.each([
  ["a noun phrase", "/** Bytes that the server sent. */"],
  ["a verb", "/** Returns when the socket is open. */"],
  ["a word that begins like a banned one", "/** Offset of the row. */"],
  ["a question", 'ask("What did the kernel drop?");'],
  ["a banned opening further on", "/** Row of what the server counted. */"],
])("%s is accepted", (_, text) => {
  expect(findOffences("a.ts", text)).toEqual([]);
});

test("a banned phrase is found where a comment wraps it", () => {
  expect(offendingLines("a.ts", "const a = 1;\n// The client waited in\n// vain for an echo.")).toEqual([2]);
  expect(offendingLines("a.ts", "/**\n * The client waited in\n * vain for an echo.\n */")).toEqual([2]);
});

test("Markdown is checked for phrases and not for openings", () => {
  expect(offendingLines("a.md", "What the books say.\n")).toEqual([1]);
  expect(offendingLines("a.md", "What the ledgers say.\n")).toEqual([]);
});

test("an offence names the reason", () => {
  expect(findOffences("a.md", "books do not balance")[0]?.reason).toBe("say “the ledgers differ”");
});
