import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { commandLine, KeptCommand, type KeptCommandOptions, processesWith } from "@c10k-lab/process";
import { until } from "@c10k-lab/process/testing";
import { expect, test } from "vitest";

const KEEPING = fileURLToPath(new URL("./fixtures/keeping-program.ts", import.meta.url));

function keep(script: string, change: Partial<KeptCommandOptions> = {}): KeptCommand {
  const log = join(mkdtempSync(join(tmpdir(), "c10k-kept-")), "server.log");
  const command = ["bash", "-c", script];
  return new KeptCommand({
    command,
    cwd: "/",
    env: {},
    stopSignal: "SIGTERM",
    processors: null,
    log,
    ...change,
  });
}

test("a command that ignores its stop signal is killed with the daemon that it started", async () => {
  const kept = keep("setsid sleep 98761 & disown; trap '' TERM; echo ready; while :; do sleep 98762; done");
  expect(await kept.waitForLine(/^ready$/, 5000)).toBe(true);
  await until(() => processesWith("sleep 9876").length >= 2, "both sleep", 5000);
  kept.signal("SIGTERM");
  expect(await kept.endWithin(200)).toEqual({ code: null, signal: "SIGKILL" });
  expect(processesWith("sleep 9876")).toEqual([]);
});

test("processes that a command leaves behind at its stop are killed and counted", async () => {
  const kept = keep("setsid sleep 98763 & echo ready; wait");
  await kept.waitForLine(/^ready$/, 5000);
  expect(await kept.stop()).toEqual({ code: null, signal: "SIGTERM" });
  expect(kept.killed).toBe(1);
  expect(processesWith("sleep 98763")).toEqual([]);
});

test("trial X1: a killed keeper leaves no command behind", async () => {
  const kept = keep("exec sleep 98768");
  await until(() => processesWith("sleep 98768").some((pid) => pid !== kept.keeperPid), "it runs", 10_000);
  process.kill(kept.keeperPid, "SIGKILL");
  expect(await kept.exited).toEqual({ code: null, signal: "SIGKILL" });
  await until(() => processesWith("sleep 98768").length === 0, "the command has ended", 5000);
});

test("a killed parent leaves no process behind", async () => {
  const parent = spawn(process.execPath, [KEEPING, "setsid", "sleep", "98764"], { stdio: "ignore" });
  await until(() => processesWith("sleep 98764").length > 0, "the command runs", 10_000);
  parent.kill("SIGKILL");
  await until(() => processesWith("sleep 98764").length === 0, "the command has ended", 5000);
});

test("a killed parent leaves no process behind of a command with descendants, although nobody reads of its end", async () => {
  const script = "nest() { if (( $1 > 0 )); then ( nest $(($1 - 1)); : ); else sleep 98766; fi; }; nest 8; :";
  const parent = spawn(process.execPath, [KEEPING, "bash", "-c", script], { stdio: "ignore" });
  const sleeping = () => processesWith("sleep 98766").filter((pid) => !commandLine(pid).includes("nest"));
  await until(() => sleeping().length === 1, "the innermost runs", 10_000);
  parent.kill("SIGKILL");
  await until(() => processesWith("sleep 98766").length === 0, "all have ended", 5000);
});

test("CPU time of forked processes is counted while they live and at the end", async () => {
  const kept = keep(
    "for one in 1 2; do (for ((i=0; i<300000; i++)); do :; done; exec sleep 98765) & done; wait",
  );
  // The script, and two children that have become `sleep`: until then their command line is the script's, too.
  const sleeping = () => processesWith("sleep 98765").filter((pid) => !commandLine(pid).includes("for one"));
  await until(() => sleeping().length === 2, "both have computed", 20_000);
  kept.processes.refresh();
  const usage = kept.processes.usage();
  expect(kept.processes.pids).toHaveLength(3);
  expect(kept.processes.size()).toMatchObject({ processes: 3, threads: 3 });
  expect(usage.userUs + usage.systemUs).toBeGreaterThan(10_000);
  kept.signal("SIGKILL");
  await kept.exited;
  const final = kept.finalUsage;
  expect((final?.userUs ?? 0) + (final?.systemUs ?? 0)).toBeGreaterThan(usage.userUs);
});

test("a command that cannot be started says why in its log and ends with 127", async () => {
  const log = join(mkdtempSync(join(tmpdir(), "c10k-kept-")), "server.log");
  const kept = keep("", { command: ["/nowhere/echo"], log });
  expect(await kept.exited).toEqual({ code: 127, signal: null });
  expect(readFileSync(log, "utf8")).toBe("cannot start the command: No such file or directory\n");
});

test("the log keeps the first MiB of an endless output", async () => {
  const log = join(mkdtempSync(join(tmpdir(), "c10k-kept-")), "server.log");
  const kept = keep("head -c 30000000 /dev/zero | tr '\\0' x", { log });
  await kept.exited;
  expect(readFileSync(log).length).toBeGreaterThan(2 ** 20);
  expect(readFileSync(log).length).toBeLessThan(2 * 2 ** 20);
});
