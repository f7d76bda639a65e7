import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect } from "vitest";

const NAMESPACES = "/run/netns";
/** Folders that are removed by the program or the harness that makes them. A test's own go with the folder of the run. */
const REMOVED = /^c10k-(bench|bench-truth|calls|deaf|docker|names|pipe|server|soak|survey|swarm)-/;

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

/** Network namespaces with a name that this process gave. */
function namespaces(): string[] {
  return existsSync(NAMESPACES)
    ? readdirSync(NAMESPACES).filter((name) => name.startsWith(`c10k-${process.pid}-`))
    : [];
}

const before = new Set(children());
const folderOfRun = tmpdir();
/** Other files' tests have folders of their own at the same time. */
const folder = mkdtempSync(join(folderOfRun, "file-"));
chmodSync(folder, 0o755);
process.env.TMPDIR = folder;

// Registered first, so it runs last: after every hook of the file.
afterAll(async () => {
  process.env.TMPDIR = folderOfRun;
  const left = () => children().filter((child) => !before.has(child));
  // The kernel tells Node of an end through an event, which may be a turn away.
  for (let turn = 0; turn < 50 && left().length > 0; turn++)
    await new Promise((resolve) => setTimeout(resolve, 20));
  expect(left(), "processes that the tests of this file left behind").toEqual([]);
  expect(namespaces(), "network namespaces that they left behind").toEqual([]);
  const folders = readdirSync(folder).filter((name) => REMOVED.test(name));
  expect(folders, "temporary folders that they left behind").toEqual([]);
});
