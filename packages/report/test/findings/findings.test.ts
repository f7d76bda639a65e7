import { describe, expect, it } from "vitest";
import { answer } from "../../src/index.ts";
import { type CellWish, makeCell, makeResults, thrice } from "../fixtures/fixture.ts";

/** Three runs of each cell, one per cent apart. */
function answerTo(wishes: readonly CellWish[], manifest = {}) {
  return answer(makeResults(thrice(wishes.map(makeCell)), manifest));
}

const steady: CellWish[] = [
  { server: "epoll", connections: 10, messagesPerSecond: 120_000 },
  { server: "epoll", connections: 2000, messagesPerSecond: 118_000 },
];

describe("which stopped scaling first", () => {
  it("is the server that refuses first", () => {
    const { answer: sentences } = answerTo([
      ...steady,
      { server: "select", connections: 10 },
      { server: "select", connections: 2000, refused: 1010 },
    ]);
    expect(sentences).toEqual([
      "The select server stopped scaling first at 2,000 connections: it held 990 of 2,000.",
      "The epoll server did not stop scaling up to 2,000 connections, the largest load measured.",
    ]);
  });

  it("names a rate that fell below its own best at a smaller load, and orders the servers", () => {
    const { answer: sentences } = answerTo([
      { server: "threaded", connections: 10, messagesPerSecond: 100_000 },
      { server: "threaded", connections: 500, messagesPerSecond: 61_000 },
      { server: "threaded", connections: 2000, messagesPerSecond: 50_000 },
      { server: "select", connections: 10 },
      { server: "select", connections: 2000, refused: 1010 },
    ]);
    expect(sentences).toEqual([
      "The threaded server stopped scaling first at 500 connections: its rate was 61 % of its best at a smaller load (99 % interval 59.8 to 62.2 %).",
      "The select server stopped scaling at 2,000 connections: it held 990 of 2,000.",
    ]);
  });

  it("does not blame a server for being slow under a small load", () => {
    const { answer: sentences } = answerTo([
      { server: "epoll", connections: 1, messagesPerSecond: 20_000 },
      { server: "epoll", connections: 100, messagesPerSecond: 120_000 },
    ]);
    expect(sentences).toEqual([
      "The epoll server did not stop scaling up to 100 connections, the largest load measured.",
    ]);
  });

  it("names a p99 above the limit", () => {
    const { answer: sentences } = answerTo([{ server: "epoll", connections: 10, p99Ms: 140 }]);
    expect(sentences).toEqual([
      "The epoll server stopped scaling at 10 connections: its p99 response time was 140 ms (99 % interval 139 to 141 ms).",
    ]);
  });

  it("is not certain from one run, nor where the interval reaches across the limit", () => {
    const once = answer(makeResults([makeCell({ server: "epoll", connections: 10, p99Ms: 140 })]));
    expect(once.answer).toEqual([
      "The epoll server may have stopped scaling at 10 connections: its p99 response time was 140 ms (too few runs for an interval).",
    ]);
    expect(answerTo([{ server: "epoll", connections: 10, p99Ms: 100.5 }]).answer[0]).toContain(
      "may have stopped scaling at 10 connections: its p99 response time was 101 ms (99 % interval 99.5 to 102 ms)",
    );
  });

  it("puts servers that stop at the same load in no order", () => {
    const { answer: sentences } = answerTo([
      { server: "threaded", connections: 1000, p99Ms: 200 },
      { server: "epoll", connections: 1000, p99Ms: 120 },
    ]);
    expect(sentences[0]).toBe(
      "The threaded and epoll servers stopped scaling first, at the same load: 1,000 connections.",
    );
    expect(sentences.slice(1).join(" ")).not.toContain("first");
  });

  it("doubts a degradation the client may have caused", () => {
    const { answer: sentences, warnings } = answerTo([
      { server: "epoll", connections: 10, messagesPerSecond: 100_000 },
      { server: "epoll", connections: 500, messagesPerSecond: 60_000, doubt: "client-limit" },
    ]);
    expect(sentences[0]).toMatch(/ Inconclusive: client-limit\.$/);
    expect(warnings.join(" ")).toContain("Inconclusive (client-limit): in epoll-500 the client used 95 %");
  });

  it("is not an interrupted cell", () => {
    const { answer: sentences, warnings } = answerTo([
      ...steady,
      { server: "epoll", connections: 4000, status: "interrupted", messagesPerSecond: 1 },
    ]);
    expect(sentences[0]).toContain("did not stop scaling up to 2,000 connections");
    expect(warnings).toContain("3 of 3 runs of epoll-4000 were interrupted. They are in no comparison.");
  });
});

describe("findings", () => {
  it("explain the wall of descriptors", () => {
    const { details } = answerTo([{ server: "select", connections: 2000, refused: 1010 }]);
    expect(details).toContain(
      "The select server refused 1,010 of 2,000 connections: a descriptor number at or above FD_SETSIZE 1,024 cannot be put in an fd_set.",
    );
  });

  it("do not explain refusals that --max-connections may have caused", () => {
    const { details } = answerTo([
      {
        server: "select",
        connections: 2000,
        refused: 1900,
        change: (cell) => ({
          ...cell,
          commands: { ...cell.commands, servers: ["server-select --max-connections 100"] },
        }),
      },
    ]);
    expect(details).toContain("The select server refused 1,900 of 2,000 connections.");
  });

  it("say how much of its best rate a server kept", () => {
    const { details } = answerTo([
      { server: "threaded", connections: 10, messagesPerSecond: 98_000 },
      { server: "threaded", connections: 100, messagesPerSecond: 100_000 },
      { server: "threaded", connections: 4000, messagesPerSecond: 61_000 },
    ]);
    expect(details).toContain(
      "From 10 to 4,000 connections threaded kept 61 % of its best rate (99 % interval 60 % to 62 %; 100,000 → 61,000 messages/s).",
    );
  });

  it("call a difference real only where the intervals say so", () => {
    const { details } = answerTo([
      { server: "select", connections: 500, messagesPerSecond: 117_500 },
      { server: "epoll", connections: 500, messagesPerSecond: 119_000 },
    ]);
    expect(details).toContain(
      "At 500 connections no real difference in rate is shown between epoll and select (119,000 and 118,000 messages/s; their intervals overlap).",
    );
    expect(details.join(" ")).not.toMatch(/rate was [\d.]+ times/);
  });

  it("claim nothing from one run, however far apart the servers are", () => {
    const { details } = answer(
      makeResults([
        makeCell({ server: "select", connections: 500, messagesPerSecond: 10_000 }),
        makeCell({ server: "epoll", connections: 500, messagesPerSecond: 119_000 }),
      ]),
    );
    expect(details).toContain(
      "At 500 connections no real difference in rate is shown between epoll and select (119,000 and 10,000 messages/s; fewer than 3 runs have no interval, so nothing is claimed).",
    );
  });

  it("say of a comparison with an inconclusive cell that it is that", () => {
    const { details } = answerTo([
      { server: "select", connections: 500, messagesPerSecond: 50_000 },
      { server: "epoll", connections: 500, messagesPerSecond: 119_000, doubt: "busy-host" },
    ]);
    expect(details.find((one) => one.includes("rate was"))).toMatch(
      / Inconclusive: epoll-500 \(busy-host\)\.$/,
    );
  });

  it("compare where the servers are clearly apart", () => {
    const { details } = answerTo([
      { server: "threaded", connections: 4000, p99Ms: 93, switchesPerMessage: 1.9 },
      { server: "epoll", connections: 4000, p99Ms: 30, switchesPerMessage: 0.01 },
    ]);
    expect(details).toContain(
      "At 4,000 connections threaded's p99 response time was 3.1 times epoll's (99 % interval 3.0 to 3.2; 93.0 against 30.0 ms).",
    );
    expect(details).toContain(
      "At 4,000 connections threaded switched context 1.90 times per message (99 % interval 1.90 to 1.90) and epoll 0.010 (0.010 to 0.010).",
    );
  });

  it("keep limited cells out of comparisons", () => {
    const { details } = answerTo([
      { server: "select", connections: 2000, refused: 1010, messagesPerSecond: 10_000 },
      { server: "epoll", connections: 2000, messagesPerSecond: 118_000 },
    ]);
    expect(details.join(" ")).not.toContain("times select's");
  });

  it("report a full accept queue", () => {
    const { details } = answerTo([{ server: "epoll", connections: 10, tcp: { ListenOverflows: 429 } }]);
    expect(details.join(" ")).toContain("overflowed in epoll-10 (1,287 overflows in 3 of 3 runs)");
  });

  it("vouch for the ledgers only when all of them balance", () => {
    const vouch = "The ledgers of client and server agree to the byte in all 6 runs.";
    expect(answerTo(steady).details).toContain(vouch);
    const [first, second] = steady.map(makeCell);
    if (first === undefined || second?.reconciliation == null) throw new Error("the fixture has two cells");
    const off = {
      ...second.reconciliation,
      balanced: false,
      differences: ["The server counted 3 messages more."],
    };
    const {
      answer: sentences,
      details,
      warnings,
    } = answer(makeResults([first, { ...second, reconciliation: off }]));
    expect(details).not.toContain(vouch);
    expect(sentences[0]).toContain("did not stop scaling up to 10 connections");
    expect(warnings).toContain(
      "The ledgers of client and server in epoll-2000 do not balance: The server counted 3 messages more. Do not trust this cell; it is in no comparison.",
    );
  });

  it("say nothing about nothing", () => {
    expect(answerTo([])).toEqual({
      answer: ["No cell was measured, so there is no answer yet."],
      details: [],
      warnings: [],
    });
  });
});

describe("warnings", () => {
  it("are none when there is nothing to hold against any cell", () => {
    expect(answerTo(steady).warnings).toEqual([]);
  });

  it("mention processors that were shared", () => {
    const cell = makeCell({
      server: "epoll",
      connections: 10,
      change: (one) => ({ ...one, processors: null }),
    });
    expect(answer(makeResults([cell])).warnings[0]).toContain("no processors of their own");
  });
});
