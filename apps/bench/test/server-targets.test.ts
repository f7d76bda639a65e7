import { expect, test } from "vitest";
import type { ServerFigures } from "../src/comparison/server-table.ts";
import { judgeServers, listMissedServerTargets } from "../src/comparison/server-targets.ts";
import { formatTargets } from "../src/comparison/target-table.ts";
import { chooseScenes, type Scene } from "../src/processes/scene.ts";

const C: ServerFigures = { messagesPerSecond: 100_000, cpuUsPerMessage: 5, p99Us: 1000, maxUs: 5000 };

/** Returns a cell of one pair whose second side has these ratios to the first. */
function cell(scene: Scene, rate: number, p99 = 1, max = 1) {
  const second = {
    messagesPerSecond: C.messagesPerSecond * rate,
    cpuUsPerMessage: C.cpuUsPerMessage,
    p99Us: C.p99Us * p99,
    maxUs: C.maxUs * max,
  };
  return { ...scene, pairs: [{ first: C, second }] };
}

const EPOLL: Scene = { server: "epoll", connections: 1000 };
const AGAINST_EPOLL: Scene = { server: "uring", twin: "epoll", connections: 1000 };

test.each<[string, ReturnType<typeof cell>, string[]]>([
  ["C's speed", cell(EPOLL, 1), []],
  ["a slower rate", cell(EPOLL, 0.96), ["rate"]],
  ["slow times", cell(EPOLL, 1, 1.11, 2.1), ["p99", "max"]],
  ["epoll's speed of server-uring", cell(AGAINST_EPOLL, 1), ["rate"]],
  ["epoll's speed of server-uring with ten connections", cell({ ...AGAINST_EPOLL, connections: 10 }, 1), []],
  ["a slow server-uring against its own twin", cell({ server: "uring", connections: 1000 }, 0.5, 9, 9), []],
  ["few accepts", cell({ ...EPOLL, isChurn: true }, 0.94, 9, 9), ["accepts"]],
  ["many accepts", cell({ ...EPOLL, isChurn: true }, 0.95, 9, 9), []],
])("%s: the missed targets are named", (_, measured, missed) => {
  expect(listMissedServerTargets(measured)).toEqual(missed);
});

test("the verdict names what is missed, and a cell without pairs", () => {
  expect(judgeServers([cell(EPOLL, 1)])).toEqual({ agrees: true, words: "Every target is reached." });
  const { agrees, words } = judgeServers([cell(AGAINST_EPOLL, 1), { ...EPOLL, pairs: [] }]);
  expect(agrees).toBe(false);
  expect(words).toBe(
    "Targets are missed. uring, C epoll with 1,000: rate. epoll with 1,000: no pair was measured.",
  );
});

test("the table has a line for each load, with targets and verdict", () => {
  const cells = [cell({ server: "poll", connections: 10_000, active: 100 }, 0.5), cell(EPOLL, 1)];
  const text = formatTargets(cells, { first: "C", second: "TypeScript" });
  expect(text).toMatch(
    /│ poll +│ 10,000 \(100 active\) │ +1 │.*0\.50 ≥ 0\.97 .*≤ 1\.10 .*≤ 2\.00 .*│ missed: rate +│/,
  );
  expect(text).toMatch(/│ epoll +│ +1,000 │.*│ reached +│/);
});

test("--table has five loads for each server, and both twins for server-uring", () => {
  const scenes = (options: object) => chooseScenes({ clients: false, table: true, ...options } as never);
  expect(scenes({})).toHaveLength(6 * 5);
  expect(scenes({ servers: ["uring"] }).filter(({ twin }) => twin === "epoll")).toHaveLength(5);
  expect(scenes({ servers: ["uring"], against: "../other" })).toHaveLength(5);
});
