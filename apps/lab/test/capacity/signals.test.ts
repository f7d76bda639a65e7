import { CAPACITY_SIGNALS, type CellResult, INFINITE, OUTCOMES, TCP_COUNTERS } from "@c10k-lab/protocol";
import { LatencyHistogram } from "@c10k-lab/stats";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Question, trialOf } from "../../src/capacity/signals.ts";

const zeros = <N extends string>(names: readonly N[]) =>
  Object.fromEntries(names.map((name) => [name, 0])) as Record<N, number>;

const QUESTION: Question = {
  objective: { p99Ms: 100, achievedMin: 0.95, failuresMax: 0 },
  searched: "connections",
  rate: 10_000,
  durationMs: 2000,
  somaxconn: 4096,
};

/** What a test wants to be different from a run in which 5,000 connections did all they were asked for. */
interface Wish {
  readonly server?: "threaded" | "select" | "epoll";
  readonly status?: CellResult["status"];
  readonly notes?: readonly string[];
  readonly outcomes?: Partial<Record<(typeof OUTCOMES)[number], number>>;
  readonly messages?: number;
  readonly p99Us?: number | "infinite";
  readonly refused?: number;
  readonly acceptErrors?: Readonly<Record<string, number>>;
  readonly options?: object;
  readonly overflows?: number;
  readonly serverPercent?: number | null;
  readonly reasons?: readonly [string, string][];
  readonly balanced?: boolean;
  readonly died?: "client" | "server";
}

const CONNECTIONS = 5000;

function cellOf(wish: Wish): CellResult {
  const others = Object.values(wish.outcomes ?? {}).reduce((a, b) => a + b, 0);
  const client = {
    asked: { connections: CONNECTIONS },
    achieved: { messages: wish.messages ?? 20_000 },
    outcomes: { ...zeros(OUTCOMES), ok: CONNECTIONS - others, ...wish.outcomes },
    latencyUs: { intended: { p99: wish.p99Us ?? 12_000 } },
  };
  return {
    id: "connections-epoll-5000-run-1",
    server: wish.server ?? "epoll",
    connections: CONNECTIONS,
    servers: 1,
    status: wish.status ?? "ok",
    notes: wish.notes ?? [],
    listening: { options: { backlog: 4096, ...wish.options } },
    client: wish.died === "client" ? null : client,
    final:
      wish.died === "server" ? null : { refused: wish.refused ?? 0, acceptErrors: wish.acceptErrors ?? {} },
    reconciliation: { balanced: wish.balanced ?? true },
    verdict: { reasons: (wish.reasons ?? []).map(([reason, sentence]) => ({ reason, sentence })) },
    evidence: {
      corePercent: { server: wish.serverPercent ?? null },
      tcp: { ...zeros(TCP_COUNTERS), ListenOverflows: wish.overflows ?? 0 },
    },
  } as unknown as CellResult;
}

const judged = (wish: Wish, question: Partial<Question> = {}) =>
  trialOf(cellOf(wish), { ...QUESTION, ...question }, 0);
const SLOW: Wish = { p99Us: 250_040 };

test("all of the objective met: no signals, whatever else there is to say", () => {
  const { trial, answer } = judged({ serverPercent: 99, overflows: 4, reasons: [["busy-host", "Others."]] });
  expect(answer).toBe("met");
  expect(trial).toEqual({
    ...{ cell: "connections-epoll-5000-run-1", met: true, signals: [], disturbed: null, counts: true },
    ...{ p99Ms: 12, achieved: 1, failures: 0 },
  });
});

describe("the objective", () => {
  test.each([
    ["p99", { p99Us: 100_000 }, true],
    ["p99", { p99Us: 100_001 }, false],
    ["p99", { p99Us: INFINITE }, false],
    ["achieved", { messages: 19_000 }, true],
    ["achieved", { messages: 18_999 }, false],
    ["failures", { outcomes: { timeout: 1 } }, false],
  ] as const)("%s: %j is met: %s", (_, wish, met) => {
    const { trial, answer } = judged(wish);
    expect(trial.met).toBe(met);
    expect(answer).toBe(met ? "met" : "failed");
    expect(trial.signals.length).toBe(met ? 0 : 1);
  });

  test("failures may be allowed", () => {
    const objective = { ...QUESTION.objective, failuresMax: 1 };
    expect(judged({ outcomes: { timeout: 1 } }, { objective }).trial).toMatchObject({
      met: true,
      failures: 1,
    });
    expect(judged({ outcomes: { timeout: 2 } }, { objective }).trial.met).toBe(false);
  });

  test("as many connections as were asked for are proven to have been open, where they are what is searched", () => {
    const wish: Wish = { reasons: [["not-held", "4,990 of 5,000."]] };
    expect(judged(wish).trial.signals).toEqual([{ signal: "failures", sentence: "4,990 of 5,000." }]);
    expect(judged(wish, { searched: "rate" }).trial.met).toBe(true);
  });
});

describe("each signal has a sentence with its figures", () => {
  test.each<[string, Wish, string]>([
    [
      "fd-wall",
      { server: "select", refused: 6, outcomes: { "eof-early": 6 }, p99Us: INFINITE },
      "The server refused 6 of 5,000 connections: their descriptor numbers did not fit into an fd_set.",
    ],
    [
      "fd-wall",
      { acceptErrors: { EMFILE: 20 }, outcomes: { timeout: 3 } },
      "Accepting failed 20 times with EMFILE: the server had no descriptor left.",
    ],
    [
      "thread-limit",
      { server: "threaded", refused: 9, acceptErrors: { EAGAIN: 9 }, outcomes: { "eof-early": 9 } },
      "pthread_create(3) failed 9 times with EAGAIN: no further thread could be started.",
    ],
    [
      "memory",
      { died: "server", status: "out-of-memory", notes: ["The server ran out of memory: …"] },
      "The server ran out of memory: …",
    ],
    [
      "memory",
      { acceptErrors: { ENOBUFS: 1, ENOMEM: 2 }, outcomes: { timeout: 3 } },
      "Accepting failed 2 times with ENOMEM and once with ENOBUFS: the kernel had no memory left for connections.",
    ],
    [
      "client-resources",
      { outcomes: { "no-ports": 1200, "no-descriptors": 1 } },
      "The client had no descriptor for 1 connection and no local port for 1,200 connections.",
    ],
    [
      "client-resources",
      { died: "client", status: "failed", notes: ["The client ended without its totals."] },
      "The client ended without its totals.",
    ],
    ["listen-overflow", { ...SLOW, overflows: 1 }, "The accept queue overflowed once."],
    [
      "failures",
      { outcomes: { timeout: 12, reset: 3 } },
      "Of 5,000 connections 12 ended as timeout and 3 ended as reset.",
    ],
    ["failures", { died: "server", status: "failed", notes: ["The server died."] }, "The server died."],
    ["failures", { status: "failed", balanced: false }, "The books of client and server do not balance."],
    [
      "failures",
      { status: "cut-off", notes: ["Cut off after 9 s: 4 connections …"], outcomes: { interrupted: 4 } },
      "Cut off after 9 s: 4 connections …",
    ],
    [
      "client-limit",
      { ...SLOW, serverPercent: 97, reasons: [["client-limit", "The client used 99 % of one core."]] },
      "The client used 99 % of one core. The limit may be the client's.",
    ],
    ["cpu", { ...SLOW, serverPercent: 95.2 }, "The server used 95 % of one core."],
    ["rate", { messages: 18_995 }, "Of 10,000 messages/s offered 94.9 % were answered; 95 % are asked for."],
    ["latency", SLOW, "The p99 response time was 250.1 ms; 100 ms are asked for."],
    [
      "latency",
      { p99Us: INFINITE },
      "The p99 response time was infinite: more than 1 % were never answered.",
    ],
  ])("%s: %j", (signal, wish, sentence) => {
    expect(judged(wish).trial.signals[0]).toEqual({ signal, sentence });
  });
});

test("messages that had not waited too long when the run was over are no part of the p99; the others are infinite", () => {
  const histogram = new LatencyHistogram();
  for (let message = 0; message < 980; message++) histogram.record(5000);
  const { latencyUs, histograms } = {
    latencyUs: { intended: histogram.summary(20) },
    histograms: { intended: histogram.encode() },
  };
  const cell = cellOf({ messages: 19_600 });
  const client = { ...cell.client, latencyUs, histograms } as CellResult["client"];
  const p99After = (undecided: number) => trialOf({ ...cell, client }, QUESTION, undecided).trial.p99Ms;
  expect(p99After(0)).toBe(INFINITE);
  expect(p99After(5)).toBe(INFINITE);
  expect(p99After(20)).toBeCloseTo(5, 1);
});

test("causes come before consequences", () => {
  const { trial } = judged({
    ...{ server: "select", refused: 6, outcomes: { "eof-early": 6, reset: 1 }, messages: 100 },
    ...{ p99Us: INFINITE, serverPercent: 100, reasons: [["send-lag", "Late."]], overflows: 3 },
  });
  expect(trial.signals.map(({ signal }) => signal)).toEqual([
    ...["fd-wall", "listen-overflow", "failures", "client-limit", "cpu", "rate", "latency"],
  ]);
});

describe("what is no cause", () => {
  test("connections refused because the server was told to", () => {
    const { signals } = judged({
      ...{ server: "select", refused: 6, outcomes: { "eof-early": 6 }, options: { maxConnections: 10 } },
    }).trial;
    expect(signals.map(({ signal }) => signal)).toEqual(["failures"]);
  });

  test("an overflow while this server's queue had room for all connections: it was somebody else's", () => {
    const wish = { ...SLOW, overflows: 500, options: { backlog: 5000 } };
    expect(judged(wish, { somaxconn: 65_536 }).trial.signals.map(({ signal }) => signal)).toEqual([
      "latency",
    ]);
    expect(judged(wish).trial.signals[0]?.signal).toBe("listen-overflow");
  });
});

describe("what else took the processors", () => {
  const reasons: Wish["reasons"] = [["busy-host", "Other work used 70 % of a core."]];

  test("is said of a run that was slow", () => {
    expect(judged({ ...SLOW, reasons }).trial.disturbed).toBe("Other work used 70 % of a core.");
  });

  test("has no part in a wall", () => {
    const wall: Wish = { server: "select", refused: 1, outcomes: { "eof-early": 1 }, reasons };
    expect(judged(wall).trial.disturbed).toBeNull();
  });
});

test("what the client lacks is no answer about the server, unless that came to a wall of its own", () => {
  expect(judged({ outcomes: { "no-ports": 2 } }).answer).toBe("out-of-reach");
  const both: Wish = { server: "select", refused: 1, outcomes: { "no-ports": 2, "eof-early": 1 } };
  expect(judged(both).answer).toBe("failed");
});

test("a run that failed always has a signal, and they are in order", () => {
  const wishes = fc.record<Wish>(
    {
      server: fc.constantFrom("threaded", "select", "epoll"),
      status: fc.constantFrom("ok", "limited", "failed", "cut-off", "out-of-memory"),
      outcomes: fc.dictionary(fc.constantFrom(...OUTCOMES.slice(1)), fc.nat(300)),
      messages: fc.nat(25_000),
      p99Us: fc.oneof(fc.nat(200_000), fc.constant(INFINITE)),
      refused: fc.nat(20),
      acceptErrors: fc.dictionary(fc.constantFrom("EAGAIN", "EMFILE", "ENOMEM"), fc.nat(3)),
      overflows: fc.nat(3),
      serverPercent: fc.nat(100),
      balanced: fc.boolean(),
      died: fc.constantFrom("client", "server"),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(wishes, (wish) => {
      const { trial } = judged(wish);
      const places = trial.signals.map(({ signal }) => CAPACITY_SIGNALS.indexOf(signal));
      expect(places).toEqual(places.toSorted((a, b) => a - b));
      expect(places.length > 0).toBe(!trial.met);
      for (const { sentence } of trial.signals) expect(sentence).toMatch(/^[A-Zp4].*[.…]$/);
    }),
    { numRuns: 1000 },
  );
});
