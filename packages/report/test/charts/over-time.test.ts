import type { RepetitionResult } from "@c10k-lab/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chooseStep, computeGrowth } from "../../src/charts/data/over-time.ts";
import { withinACell } from "../../src/charts/data/within-a-cell.ts";
import { listGroups } from "../../src/model/group.ts";
import { makeCell, makeResults } from "../fixtures/fixture.ts";

const FIRST_SENT_US = 5e6;

/** 1,000 messages/s in the first second of the exchange, 9,000 in the next; looked at every 100 ms from before it on. */
function withSeries(cell: RepetitionResult): RepetitionResult {
  const series = Array.from({ length: 30 }, (_, look) => {
    const seconds = Math.min(2, Math.max(0, look * 0.1 - 0.55));
    const messages = Math.round(1000 * Math.min(1, seconds) + 9000 * Math.max(0, seconds - 1));
    return { atUs: FIRST_SENT_US + look * 100_000 - 550_000, open: 10, messages, errors: 0 };
  });
  const client = cell.client && {
    ...cell.client,
    achieved: { ...cell.client.achieved, messages: 10_000 },
    series,
  };
  return { ...cell, client };
}

function chartsOf(...cells: RepetitionResult[]) {
  const [group] = listGroups(makeResults(cells));
  return group === undefined ? [] : withinACell(group);
}

describe("growth over time", () => {
  it("Growth over time adds up to what has grown, whenever one looked", () => {
    const steps = fc.array(fc.record({ ms: fc.integer({ min: 1, max: 400 }), grown: fc.nat(1000) }), {
      minLength: 60,
      maxLength: 200,
    });
    fc.assert(
      fc.property(steps, (all) => {
        let [atMs, total] = [17, 3];
        const looks = [{ atMs, total }];
        for (const { ms, grown } of all) {
          atMs += ms;
          total += grown;
          looks.push({ atMs, total });
        }
        // One step as long as a fiftieth of all, so nothing is cut off at the end.
        const stepMs = (atMs - 17) / 50;
        const points = computeGrowth(looks, stepMs);
        expect(points).toHaveLength(50);
        const sum = points.reduce((all, [, perSecond]) => all + (perSecond * stepMs) / 1000, 0);
        expect(Math.abs(sum - (total - 3))).toBeLessThanOrEqual(1 + (total - 3) / 1000);
      }),
    );
  });

  it("Growth over time is nothing of a course too short to be one", () => {
    expect(computeGrowth([], 100)).toEqual([]);
    expect(
      computeGrowth(
        [
          { atMs: 0, total: 0 },
          { atMs: 300, total: 9 },
        ],
        100,
      ),
    ).toEqual([]);
  });

  it("Growth over time takes longer steps for longer courses", () => {
    const lasting = (ms: number) => [
      { atMs: 0, total: 0 },
      { atMs: ms, total: 1 },
    ];
    expect(chooseStep([lasting(2000)], 100)).toBe(100);
    expect(chooseStep([lasting(2000), lasting(30_000)], 100)).toBe(200);
    expect(chooseStep([lasting(600_000)], 100)).toBe(5000);
  });
});

describe("the chart within a cell", () => {
  it("The chart within a cell shows how the rate changes from the first message on", () => {
    const [rate] = chartsOf(makeCell({ server: "epoll", connections: 10, change: withSeries }));
    expect(rate?.name).toBe("within-a-cell");
    const points = rate?.series[0]?.points ?? [];
    expect(points.map(([seconds]) => seconds)).toEqual([0.2, 0.4, 0.6, 0.8, 1, 1.2, 1.4, 1.6, 1.8, 2]);
    expect(points.slice(0, 4).every(([, perSecond]) => Math.abs(perSecond - 1000) < 100)).toBe(true);
    expect(points.slice(6).every(([, perSecond]) => Math.abs(perSecond - 9000) < 100)).toBe(true);
  });

  it("The chart within a cell is left out for a client that took no looks", () => {
    const older = (cell: RepetitionResult): RepetitionResult => ({
      ...cell,
      client: cell.client && { ...cell.client, series: [] },
    });
    const names = chartsOf(makeCell({ server: "epoll", connections: 10, change: older })).map(
      ({ name }) => name,
    );
    expect(names).toEqual(["server-cpu-within-a-cell"]);
  });

  it("The charts within a cell name servers that were done too soon, and foreign ones that cannot be known", () => {
    const short = (cell: RepetitionResult): RepetitionResult => ({
      ...cell,
      client: cell.client && {
        ...cell.client,
        achieved: {
          ...cell.client.achieved,
          messagingMs: 500,
          lastDoneUs: (cell.client.achieved.firstSentUs ?? 0) + 500_000,
        },
      },
    });
    const unseen = (cell: RepetitionResult): RepetitionResult => ({
      ...cell,
      ledger: "client-only",
      final: null,
      evidence: { ...cell.evidence, server: [] },
    });
    const [rate, cpu] = chartsOf(
      makeCell({ server: "epoll", connections: 10, change: short }),
      makeCell({ server: "select", connections: 10 }),
      makeCell({ server: "theirs", connections: 10, change: unseen }),
    );
    expect(rate?.series.map(({ name }) => name)).toEqual(["select", "theirs"]);
    expect(rate?.caption).toMatch(/Over too soon to be drawn: epoll \(0\.50 s\)\.$/);
    expect(cpu?.series.map(({ name }) => name)).toEqual(["select"]);
    expect(cpu?.caption).toMatch(/drawn: epoll .*Not known from outside: theirs\.$/);
  });

  it("The chart of the server's CPU within a cell shows the stretch in which it served", () => {
    // The fixture's server idles half a second, then uses 70 % of a core.
    const [, cpu] = chartsOf(makeCell({ server: "epoll", connections: 10 }));
    expect(cpu?.name).toBe("server-cpu-within-a-cell");
    const shares = (cpu?.series[0]?.points ?? []).map(([, percent]) => percent);
    expect(shares).toHaveLength(10);
    expect(shares.every((percent) => percent === 70)).toBe(true);
  });

  it("The chart within a cell shows cells that hung where none is whole, most of them at one place", () => {
    const hung = { status: "cut-off", change: withSeries } as const;
    const [both] = chartsOf(
      makeCell({ server: "threaded", connections: 1000, ...hung }),
      makeCell({ server: "epoll", connections: 1000, ...hung }),
      makeCell({ server: "select", connections: 1023, ...hung }),
    );
    expect(both?.series.map(({ name }) => name)).toEqual(["threaded", "epoll"]);
  });
});
