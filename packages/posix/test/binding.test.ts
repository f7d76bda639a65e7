import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { posix } from "../src/index.ts";

const source = readFileSync(new URL("../src/binding.ts", import.meta.url), "utf8");

function declare(member: RegExp): string[] {
  return [...source.matchAll(member)].map(([, name = ""]) => name).sort();
}

function exported(type: "function" | "number"): string[] {
  const entries = Object.entries(posix).filter(([, value]) => typeof value === type);
  return entries.map(([name]) => name).sort();
}

test("the addon exports exactly the functions and constants that binding.ts declares", () => {
  expect(exported("number")).toEqual(declare(/^ {2}readonly (\w+): number;$/gm));
  expect(exported("function")).toEqual(declare(/^ {2}(\w+)\(.*$/gm));
});
