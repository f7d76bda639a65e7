import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const PROGRAM = fileURLToPath(new URL("./fixtures/durable-program.ts", import.meta.url));
const CALLS = "trace=write,fsync,fdatasync,rename,close";

/** Returns the system calls that a program makes on the files of its folder, in their order: "write rows.csv". */
function traceWrites(): string[] {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "c10k-power-")));
  const trace = join(folder, "strace");
  execFileSync("strace", ["-f", "-y", "-qq", "-e", CALLS, "-o", trace, process.execPath, PROGRAM, folder]);
  const lines = readFileSync(trace, "utf8").split("\n");
  return lines.filter((line) => line.includes(folder)).map((line) => nameCall(line, folder));
}

function nameCall(line: string, folder: string): string {
  const [, call] = /^\d+\s+(\w+)/.exec(line) ?? [];
  const paths = [...line.matchAll(/[<"]([^<>"]*)[>"]/g)].map(([, path = ""]) => path);
  const names = paths
    .filter((path) => path.startsWith(folder))
    .map((path) => path.slice(folder.length + 1).replace(/\.\d+\.tmp$/, ".tmp") || "the folder");
  return [call, ...names].join(" ");
}

test("B5 a file is on the disk before it has its name, and rows are at the end of their file", () => {
  expect(traceWrites()).toEqual([
    "write rows.csv",
    "fsync rows.csv",
    "write rows.csv",
    "fsync rows.csv",
    "close rows.csv",
    "write summary.json.tmp",
    "fsync summary.json.tmp",
    "close summary.json.tmp",
    "rename summary.json.tmp summary.json",
    "fsync the folder",
    "close the folder",
  ]);
});
