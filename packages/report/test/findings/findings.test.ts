import { INFINITE, type LabResults, type RepetitionResult } from "@c10k-lab/protocol";
import { describe, expect, it } from "vitest";
import { answer } from "../../src/index.ts";
import { type CellWish, makeCell, makeResults, thrice } from "../fixtures/fixture.ts";
import { findingsOf, kindsOf, pick, warningsOf } from "../fixtures/statements.ts";

/** Three repetitions of each cell, one per cent apart. */
function resultsOf(...wishes: readonly CellWish[]): LabResults {
  return makeResults(thrice(wishes.map(makeCell)));
}

const STEADY: readonly CellWish[] = [
  { server: "epoll", connections: 10, messagesPerSecond: 120_000 },
  { server: "epoll", connections: 2000, messagesPerSecond: 118_000 },
];

describe("which server stopped scaling first", () => {
  it("The server that stopped scaling first is the server that refuses first", () => {
    const results = resultsOf(
      ...STEADY,
      { server: "select", connections: 10 },
      { server: "select", connections: 2000, refused: 1010 },
    );
    expect(kindsOf(results)).toEqual(["stopped", "kept-scaling"]);
    expect(pick(results, "stopped")).toMatchObject([
      {
        cell: { variant: "select", axisValue: 2000 },
        signs: [{ sign: "limited", established: 990, connections: 2000 }],
        isSure: true,
        isFirst: true,
      },
    ]);
    expect(pick(results, "kept-scaling")).toMatchObject([{ cells: [{ variant: "epoll", axisValue: 2000 }] }]);
  });

  it("The server that stopped scaling first is judged by a server's own best rate at a smaller load, and the servers are in order", () => {
    const stopped = pick(
      resultsOf(
        { server: "threaded", connections: 10, messagesPerSecond: 100_000 },
        { server: "threaded", connections: 500, messagesPerSecond: 61_000 },
        { server: "threaded", connections: 2000, messagesPerSecond: 50_000 },
        { server: "select", connections: 10 },
        { server: "select", connections: 2000, refused: 1010 },
      ),
      "stopped",
    );
    expect(stopped).toMatchObject([
      { cell: { name: "threaded-500" }, signs: [{ sign: "rate", share: 0.61 }], isFirst: true },
      { cell: { name: "select-2000" }, isFirst: false },
    ]);
    const [sign] = stopped[0]?.signs ?? [];
    expect(sign).toMatchObject({ isSure: true, interval: { low: expect.closeTo(0.598, 3) } });
  });

  it("The server that stopped scaling first is not a server that is slow under a small load", () => {
    expect(
      kindsOf(
        resultsOf(
          { server: "epoll", connections: 1, messagesPerSecond: 20_000 },
          { server: "epoll", connections: 100, messagesPerSecond: 120_000 },
        ),
      ),
    ).toEqual(["kept-scaling"]);
  });

  it("The server that stopped scaling first is a server whose p99 is above the limit", () => {
    expect(pick(resultsOf({ server: "epoll", connections: 10, p99Ms: 140 }), "stopped")).toMatchObject([
      { signs: [{ sign: "p99", clock: "response", ms: 140, isSure: true }], isFirst: false },
    ]);
  });

  it("The server that stopped scaling first is not certain from one repetition, nor where the interval reaches across the limit", () => {
    const once = makeResults([makeCell({ server: "epoll", connections: 10, p99Ms: 140 })]);
    expect(pick(once, "stopped")).toMatchObject([{ isSure: false, signs: [{ interval: null }] }]);
    const across = resultsOf({ server: "epoll", connections: 10, p99Ms: 100.5 });
    expect(pick(across, "stopped")).toMatchObject([{ isSure: false, signs: [{ sign: "p99" }] }]);
  });

  it("No server stopped scaling first among servers that stop at the same load", () => {
    const results = resultsOf(
      { server: "threaded", connections: 1000, p99Ms: 200 },
      { server: "epoll", connections: 1000, p99Ms: 120 },
    );
    expect(kindsOf(results)).toEqual(["stopped-together", "stopped", "stopped"]);
    expect(pick(results, "stopped").map(({ isFirst }) => isFirst)).toEqual([false, false]);
  });

  it("The server that stopped scaling first is doubted where the client may have caused it", () => {
    const results = resultsOf(
      { server: "epoll", connections: 10, messagesPerSecond: 100_000 },
      { server: "epoll", connections: 500, messagesPerSecond: 60_000, doubt: "client-limit" },
    );
    const doubtful = [{ name: "epoll-500", doubts: ["client-limit"] }];
    expect(pick(results, "stopped")).toMatchObject([{ doubts: { doubtful, cells: 1 } }]);
    expect(warningsOf(results)).toContainEqual({
      warning: "doubt",
      reason: "client-limit",
      cells: ["epoll-500"],
    });
  });

  it("The server that stopped scaling first is no server whose cell was interrupted", () => {
    const results = resultsOf(...STEADY, {
      server: "epoll",
      connections: 4000,
      status: "interrupted",
      messagesPerSecond: 1,
    });
    expect(pick(results, "kept-scaling")).toMatchObject([{ cells: [{ axisValue: 2000 }] }]);
    expect(warningsOf(results)).toEqual([
      {
        warning: "broken",
        cell: "epoll-4000",
        status: "interrupted",
        broken: 3,
        repetitions: 3,
        lacks: [],
      },
    ]);
  });
});

describe("findings", () => {
  it("Findings give the server's own reason for refusals, and its FD_SETSIZE", () => {
    const wall: CellWish = { server: "select", connections: 2000, refused: 1010, fdSetsize: 1024 };
    expect(pick(resultsOf(wall), "shortfall")).toMatchObject([
      {
        shortfall: {
          variant: "select",
          cells: [{ missing: 1010, asked: 2000 }],
          reason: "refused-descriptor",
          fdSetsize: 1024,
        },
      },
    ]);
    const limit = resultsOf({ ...wall, refusal: "refused-limit" });
    expect(pick(limit, "shortfall")).toMatchObject([{ shortfall: { reason: "refused-limit" } }]);
    const both = resultsOf(wall, { ...wall, connections: 4000, refusal: "refused-limit" });
    expect(pick(both, "shortfall")).toMatchObject([{ shortfall: { reason: null } }]);
  });

  it("Findings tell how much of its best rate a server kept", () => {
    const [kept] = pick(
      resultsOf(
        { server: "threaded", connections: 10, messagesPerSecond: 98_000 },
        { server: "threaded", connections: 100, messagesPerSecond: 100_000 },
        { server: "threaded", connections: 4000, messagesPerSecond: 61_000 },
      ),
      "rate-kept",
    );
    expect(kept).toMatchObject({ best: { axisValue: 100 }, last: { axisValue: 4000 }, share: 0.61 });
    expect(kept?.interval?.low).toBeCloseTo(0.598, 3);
  });

  it("Findings call a difference real only where the intervals tell the servers apart", () => {
    const results = resultsOf(
      { server: "select", connections: 500, messagesPerSecond: 117_500 },
      { server: "epoll", connections: 500, messagesPerSecond: 119_000 },
    );
    expect(pick(results, "leads")).toEqual([]);
    expect(pick(results, "alike")).toMatchObject([
      { quantity: { name: "rate" }, cells: [{ variant: "epoll" }, { variant: "select" }] },
      { quantity: { name: "p99" } },
    ]);
  });

  it("Findings claim nothing from one repetition, however far apart the servers are", () => {
    const results = makeResults([
      makeCell({ server: "select", connections: 500, messagesPerSecond: 10_000 }),
      makeCell({ server: "epoll", connections: 500, messagesPerSecond: 119_000 }),
    ]);
    expect(pick(results, "leads")).toEqual([]);
    expect(pick(results, "alike")[0]).toMatchObject({ quantity: { name: "rate" } });
  });

  it("Findings put a doubt on a comparison with an inconclusive cell", () => {
    const results = resultsOf(
      { server: "select", connections: 500, messagesPerSecond: 50_000 },
      { server: "epoll", connections: 500, messagesPerSecond: 119_000, doubt: "busy-host" },
    );
    expect(pick(results, "leads")[0]?.doubts).toEqual({
      doubtful: [{ name: "epoll-500", doubts: ["busy-host"] }],
      cells: 2,
    });
  });

  it("Findings compare where the servers are clearly apart", () => {
    const results = resultsOf(
      { server: "threaded", connections: 4000, p99Ms: 93, switchesPerMessage: 1.9 },
      { server: "epoll", connections: 4000, p99Ms: 30, switchesPerMessage: 0.01 },
    );
    const [lead] = pick(results, "leads");
    expect(lead).toMatchObject({
      quantity: { name: "p99" },
      more: { variant: "threaded" },
      less: { variant: "epoll" },
      difference: { ratio: expect.closeTo(3.1, 6) },
    });
    expect(pick(results, "values")[0]).toMatchObject({
      deed: "switched context",
      cells: [
        { switchesPerMessage: expect.closeTo(1.9, 6) },
        { switchesPerMessage: expect.closeTo(0.01, 6) },
      ],
    });
  });

  it("Findings never put an infinite median under no difference", () => {
    const dueAt = (p99Ms: number, isInfinite: (repetition: number) => boolean) => (server: string) =>
      thrice([makeCell({ server, connections: 500, intendedP99Ms: p99Ms })]).map((one, at) =>
        isInfinite(at) ? withInfiniteP99(one) : one,
      );
    const results = makeResults([
      ...dueAt(65.8, () => false)("threaded"),
      ...dueAt(66.4, () => false)("select"),
      ...dueAt(60, (at) => at > 0)("epoll"),
    ]);
    const p99 = ({ quantity }: { quantity: { name: string } }) => quantity.name === "intended-p99";
    expect(pick(results, "alike").filter(p99)).toMatchObject([
      { cells: [{ variant: "threaded" }, { variant: "select" }] },
    ]);
    expect(pick(results, "infinite").filter(p99)).toMatchObject([
      { cell: { variant: "epoll" }, against: { variant: "threaded" } },
    ]);
  });

  it("Findings keep limited cells out of comparisons", () => {
    const results = resultsOf(
      { server: "select", connections: 2000, refused: 1010, messagesPerSecond: 10_000 },
      { server: "epoll", connections: 2000, messagesPerSecond: 118_000 },
    );
    expect([...pick(results, "leads"), ...pick(results, "alike")]).toEqual([]);
  });

  it("Findings count the overflows of the accept queue in all repetitions", () => {
    const results = resultsOf({ server: "epoll", connections: 10, tcp: { ListenOverflows: 429 } });
    expect(pick(results, "overflowed")).toEqual([
      { finding: "overflowed", cells: [{ name: "epoll-10", counts: [429, 429, 429] }] },
    ]);
  });

  it("Findings vouch for the ledgers only when all of them agree", () => {
    expect(pick(resultsOf(...STEADY), "ledgers-agree")).toMatchObject([{ repetitions: 6 }]);
    const [first, second] = STEADY.map(makeCell);
    if (first === undefined || second?.reconciliation == null) throw new Error("the fixture has two cells");
    const differences = [{ entry: "messages", client: 20, server: 23 } as const];
    const off = { ...second.reconciliation, balanced: false, differences };
    const results = makeResults([first, { ...second, reconciliation: off }]);
    expect(pick(results, "ledgers-agree")).toEqual([]);
    expect(pick(results, "kept-scaling")).toMatchObject([{ cells: [{ axisValue: 10 }] }]);
    expect(warningsOf(results)).toEqual([{ warning: "ledgers-differ", id: "epoll-2000", differences }]);
  });

  it("Findings say that nothing was measured where nothing was", () => {
    const nothing = makeResults([]);
    expect(kindsOf(nothing)).toEqual(["nothing-measured"]);
    expect(findingsOf(nothing)).toMatchObject({ evidence: [], details: [] });
    expect(answer(nothing)).toMatchObject({ answer: [expect.any(String)], details: [], warnings: [] });
  });
});

describe("warnings", () => {
  it("Warnings are none when nothing speaks against any cell", () => {
    expect(warningsOf(resultsOf(...STEADY))).toEqual([]);
  });

  it("Warnings name processors that server and client shared", () => {
    const change = (one: RepetitionResult): RepetitionResult => ({ ...one, processors: null });
    const cell = makeCell({ server: "epoll", connections: 10, change });
    expect(warningsOf(makeResults([cell]))).toEqual([{ warning: "shared-processors", cells: null }]);
    expect(answer(makeResults([cell])).warnings).toHaveLength(1);
  });
});

function withInfiniteP99(cell: RepetitionResult): RepetitionResult {
  if (cell.client === null) return cell;
  const { latencyUs } = cell.client;
  const intended = { ...latencyUs.intended, p99: INFINITE } as typeof latencyUs.intended;
  return { ...cell, client: { ...cell.client, latencyUs: { ...latencyUs, intended } } };
}
