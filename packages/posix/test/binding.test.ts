import { cpSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { type Binding, loadAddon, posix } from "../src/index.ts";

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

test("an addon loads from a folder whose name has a blank, a per cent sign and an umlaut", () => {
  const copy = join(mkdtempSync(join(tmpdir(), "c10k 100 % ü-")), "build");
  cpSync(new URL("../build", import.meta.url), copy, { recursive: true });
  expect(loadAddon<Binding>(pathToFileURL(join(copy, "posix.node"))).EAGAIN).toBe(posix.EAGAIN);
});

test("an addon that is missing is an error with its path and the command that builds it", () => {
  const missing = new URL("../build/m%C3%BCssing.node", import.meta.url);
  expect(() => loadAddon(missing)).toThrow(/build\/.*müssing.node: run 'npm run build'/);
});
