import { readdirSync, readFileSync } from "node:fs";
import { afterAll, expect } from "vitest";

/** Children of any thread of this process, zombies among them. The compiler of vitest is none of ours. */
function children(): string[] {
  return readdirSync("/proc/self/task")
    .flatMap((thread) => readFileSync(`/proc/self/task/${thread}/children`, "utf8").split(" "))
    .filter(Boolean)
    .map((pid) => `${pid} ${nameOf(pid)}`)
    .filter((child) => !child.endsWith("esbuild"));
}

function nameOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8").trim();
  } catch {
    return "ended";
  }
}

const before = new Set(children());

// Registered first, so it runs last: after every hook of the file.
afterAll(async () => {
  const left = () => children().filter((child) => !before.has(child));
  // The kernel tells Node of an end through an event, which may be a turn away.
  for (let turn = 0; turn < 50 && left().length > 0; turn++)
    await new Promise((resolve) => setTimeout(resolve, 20));
  expect(left(), "processes that the tests of this file left behind").toEqual([]);
});
