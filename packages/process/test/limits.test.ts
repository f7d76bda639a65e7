import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type CommandLimits, KeptCommand, processesWith } from "@c10k-lab/process";
import { expect, test } from "vitest";

const THREADS = fileURLToPath(new URL("./fixtures/threads.c", import.meta.url));
const BUILD = fileURLToPath(new URL("../bin/build-keeper", import.meta.url));

const LIMITS = { processes: 4096, memoryBytes: 2 ** 40, diskBytes: null };

function keep(command: readonly string[], limits: Partial<CommandLimits>, cwd = "/"): KeptCommand {
  const fixed = { env: {}, stopSignal: "SIGTERM", processors: null, log: null } as const;
  return new KeptCommand({ ...fixed, command, cwd, limits: { ...LIMITS, ...limits } });
}

const keepScript = (script: string, processes: number) => keep(["bash", "-c", script], { processes });
const holdMiB = (count: number) => `my $x = "x" x (${count} << 20);`;

test("a command with more processes than it may have is killed with all of them, and its excess is known", async () => {
  const kept = keepScript("for ((i = 0; i < 200; i++)); do setsid sleep 98711 & done; wait", 40);
  await kept.exited;
  expect(kept.excess).toEqual({ limit: "processes", count: expect.any(Number), allowed: 40 });
  expect(kept.excess?.count).toBeGreaterThan(40);
  expect(processesWith("sleep 98711")).toEqual([]);
}, 30_000);

test("processes that fork without end are killed", async () => {
  const kept = keepScript("bomb() { bomb | bomb & sleep 98712; }; bomb", 60);
  await kept.exited;
  expect(kept.excess?.limit).toBe("processes");
  expect(processesWith("98712")).toEqual([]);
}, 60_000);

test("a command with as many processes as it may have ends by itself", async () => {
  const kept = keepScript("for ((i = 0; i < 38; i++)); do sleep 0.5 & done; wait", 40);
  expect(await kept.exited).toEqual({ code: 0, signal: null });
  expect(kept.excess).toBeNull();
}, 30_000);

test("a command that holds more memory than it may have is killed, and its excess is known", async () => {
  const kept = keep(["perl", "-e", `${holdMiB(200)} sleep 60`], { memoryBytes: 64 * 2 ** 20 });
  await kept.exited;
  expect(kept.excess).toEqual({ limit: "memory", count: expect.any(Number), allowed: 64 });
  expect(kept.excess?.count).toBeGreaterThan(64);
}, 30_000);

test.each([
  ["itself", "exec perl"],
  ["the command of a shell", "perl"],
])(
  "SIGKILL of a command with more memory than it may have, between two looks, names the limit: %s",
  async (_, perl) => {
    const script = `${perl} -e '${holdMiB(100)} kill 9, $$'; exit $?`;
    const kept = keep(["sh", "-c", script], { memoryBytes: 64 * 2 ** 20 });
    await kept.exited;
    expect(kept.excess).toEqual({ limit: "memory", count: expect.any(Number), allowed: 64 });
    expect(kept.excess?.count).toBeGreaterThan(64);
  },
  30_000,
);

test("SIGKILL of a command that holds less memory than it may have names no limit", async () => {
  const kept = keep(["sh", "-c", "kill -9 $$"], { memoryBytes: 64 * 2 ** 20 });
  expect(await kept.exited).toEqual({ code: null, signal: "SIGKILL" });
  expect(kept.excess).toBeNull();
}, 30_000);

test("memory that the processes of a command share counts once for its limit", async () => {
  const script = `${holdMiB(60)} for (1..6) { fork or do { sleep 2; exit } } wait for 1..6`;
  const kept = keep(["perl", "-e", script], { memoryBytes: 200 * 2 ** 20 });
  await kept.exited;
  expect(kept.excess).toBeNull();
}, 30_000);

test("a command that takes more space than it may have is killed, although no file is large", async () => {
  const folder = mkdtempSync(join(tmpdir(), "c10k-keeper-"));
  const script = "for ((i = 0; i < 40; i++)); do head -c 5000000 /dev/zero > $i; done; sleep 60";
  const kept = keep(["bash", "-c", script], { diskBytes: 50 * 2 ** 20 }, folder);
  await kept.exited;
  rmSync(folder, { recursive: true });
  expect(kept.excess).toEqual({ limit: "disk", count: expect.any(Number), allowed: 50 });
}, 30_000);

test("a command that holds much memory while little is left is killed, and one that holds little is not", async () => {
  const files = { meminfo: meminfo({ totalKiB: 400_000, availableKiB: 30_000 }) };
  const keeper = buildWithFiles(files);
  const hold = (MiB: number) => ["perl", "-e", `${holdMiB(MiB)} sleep 2`];
  const [large, small] = await Promise.all([report(keeper, hold(150)), report(keeper, hold(5))]);
  expect(large).toContainEqual({
    event: "exceeded",
    limit: "memory",
    count: expect.any(Number),
    allowed: Math.floor(400_000 / 4 / 1024),
  });
  expect(small).toContainEqual({ event: "ended", code: 0, signal: 0 });
}, 60_000);

test("a command that takes memory while others give as much back is killed", async () => {
  const keeper = buildWithFiles({ meminfo: meminfo({ totalKiB: 4_000_000, availableKiB: 3_000_000 }) });
  const told = await report(keeper, ["perl", "-e", `${holdMiB(150)} sleep 20`], 64);
  expect(told).toContainEqual({ event: "exceeded", limit: "memory", count: expect.any(Number), allowed: 64 });
}, 60_000);

test("a command with more threads than half of the kernel's numbers is killed, and one with fewer is not", async () => {
  const keeper = buildWithFiles({ threads_max: "100\n" });
  const program = join(mkdtempSync(join(tmpdir(), "c10k-threads-")), "threads");
  execFileSync("cc", ["-pthread", "-o", program, THREADS]);
  const [many, few] = await Promise.all([report(keeper, [program, "80"]), report(keeper, [program, "40"])]);
  expect(many).toContainEqual({
    event: "exceeded",
    limit: "threads",
    count: expect.any(Number),
    allowed: 50,
  });
  expect(few).toContainEqual({ event: "ended", code: 0, signal: 0 });
}, 60_000);

function meminfo({ totalKiB, availableKiB }: { totalKiB: number; availableKiB: number }): string {
  return `MemTotal: ${totalKiB} kB\nMemFree: 0 kB\nMemAvailable: ${availableKiB} kB\n`;
}

/** Builds a keeper that reads the machine's numbers in files of the test's own, given by their names. Returns its path. */
function buildWithFiles(files: Partial<Record<"meminfo" | "threads_max", string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "c10k-keeper-"));
  const macros = Object.entries(files).map(([name, text]) => {
    writeFileSync(join(folder, name), text);
    return `-D${name.toUpperCase()}="${folder}/${name}"`;
  });
  const keeper = join(folder, "keeper");
  execFileSync(BUILD, [keeper], { env: { ...process.env, CFLAGS: macros.join(" ") } });
  return keeper;
}

/** Runs a command under a keeper. Returns the keeper's report. */
async function report(keeper: string, command: readonly string[], memoryMiB = 1 << 20): Promise<object[]> {
  const words = [process.pid, constants.signals.SIGTERM, 100, memoryMiB, 0].map(String);
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
