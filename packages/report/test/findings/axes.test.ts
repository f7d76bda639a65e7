import { INFINITE, type RepetitionResult, type Search } from "@c10k-lab/protocol";
import { describe, expect, it } from "vitest";
import { answer, summaryTable } from "../../src/index.ts";
import { makeCell, makeResults, thrice } from "../fixtures/fixture.ts";
import * as plans from "../fixtures/plans.ts";
import { findingsOf, kindsOf, pick } from "../fixtures/statements.ts";

const SCALING = ["stopped", "stopped-together", "kept-scaling"] as const;
const scalingIn = (results: Parameters<typeof pick>[0]) => SCALING.flatMap((kind) => pick(results, kind));

describe("a plan about idle connections", () => {
  const results = plans.idleResults();

  it("A plan about idle connections answers with the server that loses most, with the interval of the ratio", () => {
    const [first, second] = findingsOf(results).answer.map(({ finding }) => finding);
    expect(first).toMatchObject({
      finding: "changed",
      quantity: { name: "rate" },
      to: { name: "select-10000" },
      from: { name: "select-0" },
      difference: { ratio: expect.closeTo(0.2, 6), interval: { low: expect.closeTo(0.196, 3) } },
    });
    expect(second).toMatchObject({
      finding: "unchanged",
      quantity: { name: "rate" },
      pairs: [{ to: { variant: "threaded" } }, { to: { variant: "epoll" } }],
    });
  });

  it("A plan about idle connections has the descriptors that select scans as evidence, and no other server's", () => {
    expect(pick(results, "values").find(({ deed }) => deed === "scanned")?.cells).toMatchObject([
      { variant: "select", descriptorsPerWait: 10_128 },
    ]);
    const cpu = pick(results, "changed").find(({ quantity }) => quantity.name === "cpu");
    expect(cpu).toMatchObject({ to: { variant: "select" }, difference: { ratio: expect.closeTo(5.71, 2) } });
  });

  it("A plan about idle connections claims nothing from one repetition", () => {
    const repetitions = results.repetitions.filter(({ repetition }) => repetition === 1);
    const once = { ...results, repetitions };
    expect(pick(once, "unchanged").length).toBeGreaterThan(0);
    expect([...pick(once, "changed"), ...pick(once, "leads")]).toEqual([]);
  });
});

describe("idle connections in a closed and in an open loop", () => {
  const results = plans.idleLoopsResults();

  it("Idle connections in a closed and in an open loop cost messages in the one and time in the other", () => {
    const changes = findingsOf(results).answer.flatMap(({ group, finding }) =>
      finding.finding === "changed" ? [[group, finding.quantity.name, finding.to.variant]] : [],
    );
    expect(changes).toEqual([
      ["closed loop", "rate", "select"],
      ["open loop", "intended-p99", "select"],
      ["open loop", "cpu", "select"],
    ]);
  });

  it("Idle connections in a closed and in an open loop make a ratio infinite where messages never came back", () => {
    const repetitions = results.repetitions.map((one): RepetitionResult => {
      if (one.client === null || one.group !== "open loop" || one.server !== "select" || one.axisValue === 0)
        return one;
      const { intended } = one.client.latencyUs;
      const latencyUs = { ...one.client.latencyUs, intended: { ...intended, p99: INFINITE } };
      return { ...one, client: { ...one.client, latencyUs } } as RepetitionResult;
    });
    const infinite = { ...results, repetitions };
    const change = pick(infinite, "changed").find(({ quantity }) => quantity.name === "intended-p99");
    expect(change?.difference.ratio).toBe(Number.POSITIVE_INFINITY);
    expect(answer(infinite).answer.join(" ")).not.toContain("×∞");
  });

  it("Idle connections in a closed and in an open loop are two loads, which are not compared with each other", () => {
    expect(pick(results, "groups-counted")).toEqual([]);
  });

  it("Idle connections in a closed and in an open loop stand in one table for the terminal, with the same columns", () => {
    const { head, align, rows } = summaryTable(results);
    expect(head).toContain("intended p99 ms");
    expect(new Set(rows.map((row) => row.length))).toEqual(new Set([head.length]));
    expect(align).toHaveLength(head.length);
  });
});

describe("a plan about the backlog", () => {
  const results = plans.backlogResults();

  it("A plan about the backlog answers from which backlog on nothing overflows", () => {
    const full = (backlog: number) => ({ backlog, overflowed: 3, repetitions: 3 });
    expect(findingsOf(results).answer[0]).toEqual({
      group: "250 connections",
      finding: {
        finding: "backlog-too-short",
        variants: ["threaded", "select", "epoll"],
        full: [full(5), full(128)],
        enough: 1024,
      },
    });
  });

  it("A plan about the backlog shows a short backlog in the first response, and an overflow spoils no comparison", () => {
    const change = pick(results, "changed").find(
      ({ quantity, to }) => quantity.name === "first-response-p99" && to.variant === "epoll",
    );
    expect(change).toMatchObject({ to: { axisValue: 5 }, from: { axisValue: 1024 } });
    expect(change?.difference.ratio).toBeCloseTo(91.7, 1);
    expect(change?.doubts.doubtful).toEqual([]);
  });

  it("A plan about the backlog is not about scaling", () => {
    expect(scalingIn(results)).toEqual([]);
  });

  it("A plan about the backlog names the range in which nothing overflowed", () => {
    const cells = [32, 1024].map((x) => makeCell({ server: "epoll", connections: 10, axis: "backlog", x }));
    expect(pick(makeResults(thrice(cells)), "backlog-enough")).toEqual([
      { finding: "backlog-enough", variants: null, range: [32, 1024] },
    ]);
  });

  it("A plan about the backlog names no backlog where each overflowed", () => {
    const cells = [32, 1024].map((x) =>
      makeCell({ server: "epoll", connections: 10, axis: "backlog", x, tcp: { ListenOverflows: 3 } }),
    );
    expect(pick(makeResults(thrice(cells)), "backlog-too-short")).toMatchObject([{ enough: null }]);
  });
});

describe("a plan about connections per second", () => {
  const results = plans.churnResults();

  it("A plan about connections per second takes a rate that was not achieved as a sign", () => {
    expect(kindsOf(results)).toEqual(["stopped", "kept-scaling"]);
    expect(pick(results, "stopped")).toMatchObject([
      {
        cell: { name: "threaded-10000" },
        signs: [{ sign: "offered", share: expect.closeTo(0.667, 3), isSure: true }],
        isFirst: true,
      },
    ]);
  });

  it("A plan about connections per second has a column for the rate", () => {
    const { head, rows } = summaryTable(results);
    expect(rows.map((row) => row[head.indexOf("connections/s")])).toContain("6,667");
  });
});

it("An open loop is judged by when messages were due, and by the rate that was offered", () => {
  const cells = [1000, 2000].map((x) =>
    makeCell({
      server: "epoll",
      connections: 10,
      axis: "rate",
      x,
      messagesPerSecond: Math.min(x, 1500),
      p99Ms: 3,
      intendedP99Ms: x > 1000 ? 900 : 4,
    }),
  );
  expect(pick(makeResults(thrice(cells)), "stopped")).toMatchObject([
    {
      cell: { axisValue: 2000 },
      signs: [
        { sign: "offered", share: 0.75 },
        { sign: "p99", clock: "intended", ms: 900 },
      ],
    },
  ]);
});

describe("a plan about the size of a message", () => {
  it("A plan about the size of a message answers from which size on the architectures no longer differ", () => {
    expect(pick(plans.sizeResults(), "converged")).toMatchObject([
      { from: 65_536, furthest: [{ name: "epoll-65536" }, { name: "threaded-65536" }] },
    ]);
  });

  it("A plan about the size of a message answers that they differ at every size where they do", () => {
    const cells = ([16, 1024] as const).flatMap((x) => [
      makeCell({ server: "threaded", connections: 50, axis: "size", x, messagesPerSecond: 10_000 }),
      makeCell({ server: "epoll", connections: 50, axis: "size", x, messagesPerSecond: 20_000 }),
    ]);
    expect(pick(makeResults(thrice(cells)), "differs-throughout")).toMatchObject([{ largest: 1024 }]);
  });

  it("A plan about the size of a message counts the MiB per second of both directions", () => {
    const { head, rows } = summaryTable(plans.sizeResults());
    const largest = rows.find((row) => row[0] === "threaded" && row[1] === "64 KiB");
    // 10,000 messages/s of 64 KiB there and back.
    expect(largest?.[head.indexOf("MiB/s")]).toBe("1,250");
  });
});

describe("an ablation", () => {
  const results = plans.ablationResults();

  it("An ablation answers what an option changes", () => {
    expect(pick(results, "leads")).toMatchObject([
      { quantity: { name: "cpu" }, more: { name: "trigger-epoll-level-100" } },
      { more: { variant: "epoll-level" }, difference: { ratio: expect.closeTo(9 / 7, 6) } },
    ]);
  });

  it("An ablation shows no difference in everything else", () => {
    const stack = pick(results, "unaffected").find(({ cells }) => cells[0]?.server === "threaded");
    expect(stack?.cells.map(({ variant }) => variant).toSorted()).toEqual([
      "threaded-64KiB",
      "threaded-8MiB",
    ]);
    expect(stack?.quantities.map(({ name }) => name)).toContain("rate");
  });

  it("An ablation is not about scaling", () => {
    expect(scalingIn(results)).toEqual([]);
  });
});

describe("groups that share a load", () => {
  const results = plans.originResults();

  it("Groups that share a load are counted first", () => {
    expect(findingsOf(results).answer[0]).toEqual({
      group: null,
      finding: {
        finding: "groups-counted",
        cells: 4,
        sides: [
          { group: "as submitted", overflowed: 4, cutOff: 1 },
          { group: "corrected", overflowed: 0, cutOff: 0 },
        ],
      },
    });
  });

  it("Groups that share a load are compared with the interval of the ratio, and their difference in accepting spoils nothing", () => {
    const change = pick(results, "changed").find(
      ({ quantity, to }) => quantity.name === "max" && to.variant === "threaded",
    );
    expect(change).toMatchObject({
      to: { axisValue: 5000 },
      groups: ["as submitted", "corrected"],
      difference: { ratio: expect.closeTo(20, 6) },
      doubts: { doubtful: [] },
    });
  });

  it("A cell of a group that was cut off took at least the time after which it was cut off", () => {
    expect(pick(results, "not-over")).toMatchObject([
      { to: { variant: "epoll" }, cutOff: 3, timesMin: expect.closeTo(32.7, 1) },
    ]);
    const wall = pick(results, "changed").filter(({ quantity }) => quantity.name === "wall-time");
    expect(wall.some(({ to }) => to.variant === "epoll" && to.axisValue === 5000)).toBe(false);
  });

  it("Groups that share a load are held against the time of the repetitions that were cut off, not of the others", () => {
    const last = results.repetitions.findLast(({ status }) => status === "cut-off");
    const repetitions = results.repetitions.map((one): RepetitionResult => {
      if (one !== last || one.client === null) return one;
      const achieved = { ...one.client.achieved, durationMs: 7000 };
      return { ...one, status: "ok", client: { ...one.client, achieved } };
    });
    const [notOver] = pick({ ...results, repetitions }, "not-over");
    expect(notOver?.cutOff).toBe(2);
    expect(notOver?.givenMs).toBeGreaterThan(29_000);
  });

  it("Groups without a common load are not compared", () => {
    expect(pick(plans.backlogResults(), "groups-counted")).toEqual([]);
  });
});

describe("a search", () => {
  it("A search names the first server to reach its limit where the intervals do not overlap, then each limit", () => {
    const results = plans.capacityResults();
    expect(kindsOf(results)).toEqual(["first-limit", "search", "search", "search"]);
    expect(pick(results, "first-limit")).toMatchObject([{ lowest: { variant: "select" } }]);
    expect(pick(results, "objective")).toHaveLength(1);
    expect(scalingIn(results)).toEqual([]);
  });

  it("A search claims no order of intervals that overlap", () => {
    const [unclear] = pick(searchesWith({ failed: 4200 }), "order-unclear");
    expect(unclear).toMatchObject({ lowest: { variant: "select" }, overlapping: [{ variant: "threaded" }] });
  });

  it("A search that was interrupted is put in no order", () => {
    const results = searchesWith({ ended: "interrupted" });
    expect(pick(results, "first-limit")).toMatchObject([{ lowest: { variant: "threaded" } }]);
  });
});

/** Results in which the search for select went otherwise. */
function searchesWith(change: Partial<Search>): Parameters<typeof pick>[0] {
  const results = plans.capacityResults();
  const searches = (results.capacity?.searches ?? []).map((search) =>
    search.variant === "select" ? { ...search, ...change } : search,
  );
  return { ...results, capacity: results.capacity && { ...results.capacity, searches } };
}
