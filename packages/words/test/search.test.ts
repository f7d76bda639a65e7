import type { Search, Trial } from "@c10k-lab/protocol";
import { expect, test } from "vitest";
import {
  capacityTable,
  describeAgreement,
  describeBest,
  describeEnd,
  describeLimit,
  describeObjective,
  describeSearch,
  describeSearchDoubt,
} from "../src/search.ts";

const MET: Trial = {
  cell: "c",
  block: null,
  met: true,
  signals: [],
  p99Ms: 12,
  achieved: 1,
  failures: 0,
  disturbance: null,
  counts: true,
};
const FAILED: Trial = {
  ...MET,
  met: false,
  p99Ms: "infinite",
  signals: [{ signal: "latency", p99Ms: "infinite", objectiveMs: 100 }],
};
const DISTURBED: Trial = { ...FAILED, disturbance: { reason: "busy-host", percent: 70 } };

/** A search that found between 9,500 and 10,000 connections at 10,000 messages/s. */
function searchOf(change: Partial<Search> = {}): Search {
  return {
    group: null,
    variant: "epoll",
    server: "epoll",
    searched: "connections",
    fixed: { connections: null, rate: 10_000 },
    ended: "boundary",
    met: 9500,
    failed: 10_000,
    bound: { bound: "plan", value: 19_500 },
    first: { signal: "latency", p99Ms: "infinite", objectiveMs: 100 },
    tries: [
      { value: 500, met: true, trials: [MET] },
      { value: 10_000, met: false, trials: [FAILED, MET, FAILED] },
      {
        value: 9500,
        met: true,
        trials: [
          { ...MET, p99Ms: 90 },
          { ...MET, p99Ms: 40 },
          { ...MET, p99Ms: 20 },
        ],
      },
    ],
    ...change,
  };
}

test("A search claims an interval only where its trials agree", () => {
  const hasInterval = (change: Partial<Search>) => describeSearch(searchOf(change)).includes("between");
  expect(hasInterval({})).toBe(true);
  const nothing = { met: null, failed: null, first: null, tries: [] };
  for (const change of [
    { ended: "bound", failed: null },
    { met: null },
    { ended: "unsettled" },
    { ended: "unsettled", ...nothing },
    { ended: "interrupted" },
    { ended: "interrupted", ...nothing },
    { ended: "out-of-time" },
  ] as const) {
    expect(hasInterval(change), JSON.stringify(change)).toBe(false);
  }
});

test("A limit that was not reached is no limit", () => {
  expect(describeLimit(searchOf())).toBe("9,500 to 10,000 connections");
  expect(describeLimit(searchOf({ failed: null }))).toBe("at least 9,500 connections");
  expect(describeLimit(searchOf({ met: null, failed: null }))).toBe("not known");
});

test("The end of a search says what was missed and why, or how far it went", () => {
  expect(describeEnd(searchOf())).toBe(
    "epoll missed the objective at 10,000 connections in 2 of 3 trials. The p99 response time was infinite: more than 1 % were never answered.",
  );
  expect(describeEnd(searchOf({ failed: null, first: null }))).toBe(
    "epoll met the objective up to 9,500 connections. The search stopped at 19,500, the plan's upper bound.",
  );
  expect(describeEnd(searchOf({ ended: "interrupted", failed: null, first: null }))).toMatch(
    /^epoll: interrupted; 9,500 met in /,
  );
  expect(describeEnd(searchOf({ ended: "out-of-time", failed: null, first: null }))).toMatch(
    /^epoll: not settled within the budget; 9,500 met in /,
  );
});

test("No server is called the best where the client may have ended the search of another", () => {
  const first = { signal: "client-limit", doubt: { reason: "client-limit", corePercent: 97 } } as const;
  const limited = searchOf({ variant: "threaded", met: 7000, failed: 8000, first });
  expect(describeBest([limited, searchOf()])).toBe(
    "At 10,000 messages/s no order is shown, because the limit of threaded may be the client's: epoll 9,500 to 10,000 connections and threaded 7,000 to 8,000 connections.",
  );
});

test("The best of several searches is named unless the limits overlap", () => {
  const select = searchOf({ variant: "select", met: 900, failed: 1000 });
  const threaded = searchOf({ variant: "threaded", met: 9000, failed: 9600 });
  const open = searchOf({ failed: null, first: null });
  expect(describeBest([select, searchOf()])).toBe(
    "At 10,000 messages/s epoll holds the most connections: 9,500 to 10,000 connections, against select 900 to 1,000 connections.",
  );
  expect(describeBest([threaded, searchOf()])).toContain("the highest limits overlap");
  expect(describeBest([open, { ...open, variant: "poll" }, select])).toBe(
    "At 10,000 messages/s epoll and poll carried all that was tried: at least 9,500 connections, against select 900 to 1,000 connections.",
  );
  expect(describeBest([searchOf()])).toBeNull();
});

test("The agreement of trials is counted at both ends of a limit", () => {
  expect(describeAgreement([searchOf()])).toBe(
    "At the last load held and the first load missed 5 of 6 trials agree.",
  );
});

test("A search is in doubt when most of the trials that failed were disturbed, without those made again", () => {
  const doubtOf = (...trials: Trial[]) =>
    describeSearchDoubt(searchOf({ failed: 10, tries: [{ value: 10, met: false, trials }] }));
  expect(doubtOf(DISTURBED, DISTURBED, FAILED)).not.toBeNull();
  expect(doubtOf({ ...DISTURBED, counts: false }, DISTURBED, FAILED)).toBeNull();
  expect(doubtOf({ ...DISTURBED, counts: false }, FAILED)).toBeNull();
});

test("The table of a capacity has a row for each search, and a dash for what is not known", () => {
  const objective = { p99Ms: 100, achievedMin: 0.95, failuresMax: 0 };
  const searches = [searchOf(), searchOf({ ended: "bound", failed: null, first: null })];
  const { head, align, rows } = capacityTable({ schema: "c10k-lab/capacity/2", objective, searches });
  expect(rows).toEqual([
    ["epoll", "connections", "at 10,000 messages/s", "9,500", "10,000", "40.0", "7", "latency"],
    ["epoll", "connections", "at 10,000 messages/s", "9,500", "–", "40.0", "7", "–"],
  ]);
  expect([head.length, align.length]).toEqual([8, 8]);
  expect(describeObjective({ schema: "c10k-lab/capacity/2", objective, searches: [] })).toContain("100 ms");
});
