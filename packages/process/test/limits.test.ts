import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { KeptCommand, processesWith } from "@c10k-lab/process";
import { expect, test } from "vitest";

const BUILD = fileURLToPath(new URL("../bin/build-keeper", import.meta.url));

function keep(script: string, processesMax: number): KeptCommand {
  return new KeptCommand({
    command: ["bash", "-c", script],
    cwd: "/",
    env: {},
    stopSignal: "SIGTERM",
    processors: null,
    processesMax,
    log: null,
  });
}

test("a command with more processes than it may have is killed with all of them, and its excess is known", async () => {
  const kept = keep("for ((i = 0; i < 200; i++)); do setsid sleep 98711 & done; wait", 40);
  await kept.exited;
  expect(kept.excess).toEqual({ limit: "processes", count: expect.any(Number), allowed: 40 });
  expect(kept.excess?.count).toBeGreaterThan(40);
  expect(processesWith("sleep 98711")).toEqual([]);
}, 30_000);

test("processes that fork without end are killed", async () => {
  const kept = keep("bomb() { bomb | bomb & sleep 98712; }; bomb", 60);
  await kept.exited;
  expect(kept.excess?.limit).toBe("processes");
  expect(processesWith("98712")).toEqual([]);
}, 60_000);

test("a command with as many processes as it may have ends by itself", async () => {
  const kept = keep("for ((i = 0; i < 38; i++)); do sleep 0.5 & done; wait", 40);
  expect(await kept.exited).toEqual({ code: 0, signal: null });
  expect(kept.excess).toBeNull();
}, 30_000);

test("a command that holds much memory while little is left is killed, and one that holds little is not", async () => {
  const keeper = buildWithMemory({ totalKiB: 400_000, availableKiB: 30_000 });
  const hold = (MiB: number) => ["perl", "-e", `my $x = "x" x (${MiB} << 20); sleep 2`];
  const [large, small] = await Promise.all([report(keeper, hold(150)), report(keeper, hold(5))]);
  expect(large).toContainEqual({
    event: "exceeded",
    limit: "memory",
    count: expect.any(Number),
    allowed: Math.floor(400_000 / 4 / 1024),
  });
  expect(small).toContainEqual({ event: "ended", code: 0, signal: 0 });
}, 60_000);

/** Builds a keeper that reads the machine's memory in a file of the test's own. Returns its path. */
function buildWithMemory({ totalKiB, availableKiB }: { totalKiB: number; availableKiB: number }): string {
  const folder = mkdtempSync(join(tmpdir(), "c10k-keeper-"));
  const lines = [`MemTotal: ${totalKiB} kB`, "MemFree: 0 kB", `MemAvailable: ${availableKiB} kB`];
  writeFileSync(join(folder, "meminfo"), `${lines.join("\n")}\n`);
  const keeper = join(folder, "keeper");
  execFileSync(BUILD, [keeper], { env: { ...process.env, CFLAGS: `-DMEMINFO="${folder}/meminfo"` } });
  return keeper;
}

/** Runs a command under a keeper. Returns the keeper's report. */
async function report(keeper: string, command: readonly string[]): Promise<object[]> {
  const words = [process.pid, constants.signals.SIGTERM, 100].map(String);
  const child = spawn(keeper, [...words, ...command], { stdio: ["ignore", "ignore", "ignore", "pipe"] });
  let text = "";
  child.stdio[3]?.on("data", (chunk) => {
    text += String(chunk);
  });
  await new Promise((resolve) => child.once("close", resolve));
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}
