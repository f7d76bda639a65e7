import { Search, type Trial } from "@c10k-lab/protocol";
import { describe, expect, test } from "vitest";
import { capacityTable, objectiveOf, sentenceOf } from "../../src/findings/capacity-text.ts";

const MET: Trial = {
  ...{ cell: "c", met: true, signals: [], p99Ms: 12, achieved: 1, failures: 0 },
  ...{ disturbed: null, counts: true },
};
const FAILED: Trial = {
  ...MET,
  met: false,
  p99Ms: "infinite",
  signals: [{ signal: "latency", sentence: "The p99 response time was infinite." }],
};
const DISTURBED = { ...FAILED, disturbed: "Other work used 70 % of a core." };

/** Between 9,500 and 10,000 connections at 10,000 messages/s. */
function searchOf(change: Partial<Search> = {}): Search {
  return Search.parse({
    ...{ group: null, variant: "epoll", server: "epoll", searched: "connections" },
    fixed: { connections: null, rate: 10_000 },
    ...{ ended: "boundary", met: 9500, failed: 10_000 },
    bound: { value: 19_500, sentence: "The search ends at 19,500: so far it was asked to go." },
    first: { signal: "latency", sentence: "The p99 response time was infinite." },
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
  } satisfies Search);
}

describe("a search in a sentence", () => {
  test("an interval, how many runs say so, and what failed first", () => {
    expect(sentenceOf(searchOf())).toBe(
      "epoll: between 9,500 and 10,000 connections at 10,000 messages/s (9,500 met in 3 of 3 runs, 10,000 failed in 2 of 3 runs); first signal: latency: The p99 response time was infinite.",
    );
  });

  test("a rate, on connections held fast, in a group of the plan", () => {
    const fixed = { connections: 200, rate: null };
    expect(sentenceOf(searchOf({ searched: "rate", group: "large", fixed }))).toMatch(
      /^epoll, large: between 9,500 and 10,000 messages\/s on 200 connections \(/,
    );
  });

  test("the end of the search is no limit of the server", () => {
    const met = { value: 19_500, met: true, trials: [MET] };
    const search = searchOf({ ended: "bound", met: 19_500, failed: null, first: null, tries: [met] });
    expect(sentenceOf(search)).toBe(
      "epoll: at least 19,500 connections at 10,000 messages/s (19,500 met in 1 of 1 run). The search ends at 19,500: so far it was asked to go.",
    );
  });

  test("nothing met the objective", () => {
    const tries = [{ value: 15, met: false, trials: [FAILED] }];
    expect(sentenceOf(searchOf({ met: null, failed: 15, tries }))).toMatch(
      /^epoll: fewer than 15 connections at 10,000 messages\/s \(15 failed in 1 of 1 run\); first signal: latency/,
    );
  });

  test("runs that contradict each other, and a search that was interrupted, claim no interval", () => {
    expect(sentenceOf(searchOf({ ended: "unsettled" }))).toMatch(
      /^epoll: unsettled, .*: 9,500 met in 3 of 3/,
    );
    expect(sentenceOf(searchOf({ ended: "interrupted", failed: null }))).toBe(
      "epoll: interrupted; 9,500 met in 3 of 3 runs, at 10,000 messages/s.",
    );
    const nothing = { met: null, failed: null, first: null, tries: [] };
    expect(sentenceOf(searchOf({ ended: "interrupted", ...nothing }))).toBe(
      "epoll: interrupted; nothing was found.",
    );
  });

  test("where nothing could be tried it says why", () => {
    const bound = { value: 15, sentence: "The client had no local port for 3 connections." };
    expect(sentenceOf(searchOf({ ended: "unsettled", met: null, failed: null, bound }))).toBe(
      "epoll: no value could be tried. The client had no local port for 3 connections.",
    );
  });

  test("inconclusive when most of the runs that failed were disturbed; those that were run again do not count", () => {
    const failing = (...trials: Trial[]) =>
      sentenceOf(searchOf({ failed: 10, tries: [{ value: 10, met: false, trials }] }));
    expect(failing(DISTURBED, DISTURBED, FAILED)).toMatch(/ Inconclusive: Other work used 70 % of a core\.$/);
    expect(failing({ ...DISTURBED, counts: false }, DISTURBED, FAILED)).not.toContain("Inconclusive");
    expect(failing({ ...DISTURBED, counts: false }, FAILED)).toContain("10 failed in 1 of 1 run)");
  });
});

test("a row a search; what is not known is a dash", () => {
  const objective = { p99Ms: 100, achievedMin: 0.95, failuresMax: 0 };
  const unbounded = searchOf({ ended: "bound", failed: null, first: null });
  const capacity = { schema: "c10k-lab/capacity/1", objective, searches: [searchOf(), unbounded] } as const;
  expect(capacityTable({ ...capacity, searches: [...capacity.searches] }).rows).toEqual([
    ["epoll", "connections", "at 10,000 messages/s", "9,500", "10,000", "40.0", "7", "latency"],
    ["epoll", "connections", "at 10,000 messages/s", "9,500", "–", "40.0", "7", "–"],
  ]);
  expect(objectiveOf({ ...capacity, searches: [] })).toBe(
    "Asked for: p99 response time of at most 100 ms from when messages were due, no failures, 95 % of the messages offered answered.",
  );
});
