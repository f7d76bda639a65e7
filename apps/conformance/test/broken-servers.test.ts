import { CommandServer, type Level, runSuite } from "@c10k-lab/conformance/suite";
import { describe, expect, test } from "vitest";
import { compileBrokenServer } from "./fixtures/broken-server.ts";

/** Longest time of a suite, ms. Most of it are waits of a failed case. */
const SUITE_BOUND_MS = 280_000;

const FAULTS: readonly (readonly [fault: string, failed: string[], level: Level])[] = [
  ["none", [], "production"],
  ["drops-last-byte", ["whole-line"], "course"],
  ["echoes-twice", ["no-extra-bytes"], "course"],
  ["stops-at-nul", ["every-byte-value"], "course"],
  ["reads-once-an-edge", ["sizes"], "course"],
  ["closes-on-half-close", ["half-close"], "course"],
  ["misses-fin-with-data", ["closes-after-fin"], "course"],
  ["one-accept-an-edge", ["accept-burst"], "course"],
  ["ignores-short-writes", ["short-writes"], "course"],
  ["leaks-descriptors", ["descriptors"], "course"],
  ["spins-on-reset", ["reset-quiet"], "course"],
  ["dies-of-sigpipe", ["reset-survival"], "course"],
  ["blocks-on-slow-reader", ["slow-reader"], "course"],
  ["busy-waits", ["idle-quiet"], "course"],
  ["ignores-sigterm", ["sigterm"], "production"],
  ["forks-a-daemon", [], "course"],
];

describe.concurrent("the suite names the case of each fault and no other", () => {
  const commandOf = compileBrokenServer();

  test.each(FAULTS)(
    "a server with the fault %s fails the cases %j of the level %s",
    async (fault, failed, level) => {
      const pids = new Set<number>();
      const start = async () => {
        const server = await CommandServer.start({ command: commandOf(fault), startBoundMs: 15_000 });
        for (const pid of server.processes.pids) pids.add(pid);
        return server;
      };
      const results = await runSuite({ level, start, report: () => {} });
      const failures = results.filter(({ status }) => status === "fail");
      expect(failures.map(({ name }) => name)).toEqual(failed);
      for (const { evidence, hint } of failures) expect(evidence?.observed && hint).toBeTruthy();
      expect([...pids].filter(isRunning), "processes left behind").toEqual([]);
    },
    SUITE_BOUND_MS,
  );
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
