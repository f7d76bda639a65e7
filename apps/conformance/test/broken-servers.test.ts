import { readFileSync } from "node:fs";
import type { CaseResult, Level } from "@c10k-lab/conformance/suite";
import { processesWith } from "@c10k-lab/process";
import { runApp } from "@c10k-lab/process/testing";
import { describe, expect, test } from "vitest";
import { compileBrokenServer } from "./fixtures/broken-server.ts";

/** Longest time of a suite, ms. Most of it are waits of a failed case. */
const SUITE_BOUND_MS = 280_000;

const FAULTS: readonly (readonly [fault: string, failed: string[], level: Level])[] = [
  // The longest first: at the end others would wait for them.
  ["none", [], "production"],
  ["ignores-sigterm", ["sigterm"], "production"],
  ["leaks-memory", ["message-memory"], "production"],
  ["leaks-a-little", ["message-memory"], "production"],
  ["counts-to-1000-clients", ["visitors"], "production"],
  ["drops-last-byte", ["whole-line"], "course"],
  ["echoes-twice", ["no-extra-bytes"], "course"],
  ["stops-at-nul", ["every-byte-value"], "course"],
  ["reads-once-an-edge", ["sizes"], "course"],
  ["closes-on-half-close", ["half-close"], "course"],
  ["misses-fin-with-data", ["closes-after-fin"], "course"],
  ["one-accept-an-edge", ["accept-burst"], "course"],
  ["ignores-short-writes", ["short-writes"], "course"],
  ["leaks-descriptors", ["descriptors"], "course"],
  ["leaks-after-a-failed-send", ["descriptors"], "course"],
  ["spins-on-reset", ["reset-quiet"], "course"],
  ["dies-of-sigpipe", ["reset-survival"], "course"],
  ["blocks-on-slow-reader", ["slow-reader"], "course"],
  ["delays", ["prompt"], "course"],
  ["sends-in-two-calls", ["prompt"], "course"],
  ["closes-after-100", ["many-messages"], "course"],
  ["dies-after-1000", ["many-messages"], "course"],
  ["has-four-workers", ["own-bytes"], "course"],
  ["shares-a-buffer", ["own-bytes"], "course"],
  ["answers-the-newest", ["own-bytes"], "course"],
  ["keeps-output", ["own-bytes"], "course"],
  ["waits-for-the-first-message", ["two-clients"], "course"],
  ["leaves-processes", ["leftovers"], "course"],
  ["fills-a-pool", [], "course"],
  ["busy-waits", ["idle-quiet"], "course"],
  ["forks-a-daemon", [], "course"],
  ["listens-on-ipv6-alone", [], "course"],
];

describe.concurrent("the suite names the case of each fault and no other", () => {
  const binary = compileBrokenServer();

  test.each(FAULTS)(
    "a server with the fault %s fails the cases %j of the level %s",
    async (fault, failed, level) => {
      const json = `${binary}-${fault}.json`;
      const command = `exec ${binary} ${fault} {port}`;
      const { code } = await runApp(
        "conformance",
        ["--command", command, "--level", level, "--json", json],
        SUITE_BOUND_MS,
      );
      const { cases }: { cases: CaseResult[] } = JSON.parse(readFileSync(json, "utf8"));
      const failures = cases.filter(({ status }) => status === "fail");
      expect(failures.map(({ name, evidence }) => [name, evidence])).toEqual(
        failed.map((name) => [name, expect.objectContaining({ observed: expect.any(String) })]),
      );
      expect(code).toBe(failed.length === 0 ? 0 : 1);
      expect(processesWith(`${binary} ${fault} `), "processes left behind").toEqual([]);
    },
    SUITE_BOUND_MS,
  );
});
