import {
  CAPACITY_SIGNALS,
  CLOSE_REASONS,
  type Doubt,
  INFINITE,
  type Incident,
  OUTCOMES,
  type RepetitionResult,
  Signal,
  TCP_COUNTERS,
} from "@c10k-lab/protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { judgeTrial, type Question } from "../../src/capacity/signals.ts";

const zeros = <N extends string>(names: readonly N[]) =>
  Object.fromEntries(names.map((name) => [name, 0])) as Record<N, number>;

const QUESTION: Question = {
  objective: { p99Ms: 100, achievedMin: 0.95, failuresMax: 0 },
  searched: "connections",
  rate: 10_000,
  durationMs: 2000,
  somaxconn: 4096,
};

/** Differences from a run in which all 5,000 connections completed and the objective was met. */
interface Wish {
  readonly status?: RepetitionResult["status"];
  readonly incidents?: readonly Incident[];
  readonly outcomes?: Partial<Record<(typeof OUTCOMES)[number], number>>;
  readonly messages?: number;
  /** Those of the messages that warmed up. */
  readonly warmup?: number;
  readonly p99Us?: number | "infinite";
  readonly refusedDescriptors?: number;
  readonly refusedThreads?: number;
  readonly acceptErrors?: Readonly<Record<string, number>>;
  readonly options?: object;
  readonly overflows?: number;
  readonly serverPercent?: number | null;
  readonly doubts?: readonly Doubt[];
  readonly balanced?: boolean;
  readonly died?: "client" | "server";
}

const CONNECTIONS = 5000;

function cellOf(wish: Wish): RepetitionResult {
  const others = Object.values(wish.outcomes ?? {}).reduce((a, b) => a + b, 0);
  const client = {
    asked: { connections: CONNECTIONS },
    achieved: { messages: wish.messages ?? 20_000, warmup: wish.warmup ?? 0 },
    outcomes: { ...zeros(OUTCOMES), ok: CONNECTIONS - others, ...wish.outcomes },
    latencyUs: { intended: { p99: wish.p99Us ?? 12_000 } },
  };
  const closed = {
    ...zeros(CLOSE_REASONS),
    "refused-descriptor": wish.refusedDescriptors ?? 0,
    "refused-thread": wish.refusedThreads ?? 0,
  };
  return {
    id: "connections-epoll-5000-run-1",
    server: "epoll",
    connections: CONNECTIONS,
    servers: 1,
    status: wish.status ?? "ok",
    incidents: wish.incidents ?? [],
    listening: { options: { backlog: 4096, ...wish.options } },
    client: wish.died === "client" ? null : client,
    final: wish.died === "server" ? null : { closed, acceptErrors: wish.acceptErrors ?? {} },
    reconciliation: { balanced: wish.balanced ?? true },
    doubts: wish.doubts ?? [],
    evidence: {
      corePercent: { server: wish.serverPercent ?? null },
      tcp: { ...zeros(TCP_COUNTERS), ListenOverflows: wish.overflows ?? 0 },
    },
  } as unknown as RepetitionResult;
}

const judged = (wish: Wish, question: Partial<Question> = {}) =>
  judgeTrial(cellOf(wish), { ...QUESTION, ...question });
const BUSY: Doubt = { reason: "busy-host", percent: 70 };
const SLOW: Wish = { p99Us: 250_040 };

test("a run that meets the objective has no signals, even with overflows and doubts", () => {
  const { trial, answer } = judged({ serverPercent: 99, overflows: 4, doubts: [BUSY] });
  expect(answer).toBe("met");
  expect(trial).toEqual({
    cell: "connections-epoll-5000-run-1",
    block: null,
    met: true,
    signals: [],
    disturbance: null,
    counts: true,
    p99Ms: 12,
    achieved: 1,
    failures: 0,
  });
});

describe("the objective", () => {
  test.each([
    ["p99", { p99Us: 100_000 }, true],
    ["p99", { p99Us: 100_001 }, false],
    ["p99", { p99Us: INFINITE }, false],
    ["achieved", { messages: 19_000 }, true],
    ["achieved", { messages: 18_999 }, false],
    ["achieved", { messages: 24_000, warmup: 5000 }, true],
    ["achieved", { messages: 23_999, warmup: 5000 }, false],
    ["failures", { outcomes: { timeout: 1 } }, false],
  ] as const)("%s: %j is met: %s", (_, wish, met) => {
    const { trial, answer } = judged(wish);
    expect(trial.met).toBe(met);
    expect(answer).toBe(met ? "met" : "failed");
    expect(trial.signals.length).toBe(met ? 0 : 1);
  });

  test("an objective may allow failures", () => {
    const objective = { ...QUESTION.objective, failuresMax: 1 };
    expect(judged({ outcomes: { timeout: 1 } }, { objective }).trial).toMatchObject({
      met: true,
      failures: 1,
    });
    expect(judged({ outcomes: { timeout: 2 } }, { objective }).trial.met).toBe(false);
  });

  test("a search for connections counts connections that were not proven open as failures", () => {
    const doubt: Doubt = { reason: "not-held", held: 4990, asked: 5000 };
    const wish: Wish = { doubts: [doubt] };
    expect(judged(wish).trial.signals).toMatchObject([{ signal: "failures", doubt }]);
    expect(judged(wish, { searched: "rate" }).trial.met).toBe(true);
  });
});

const NOTHING = { incident: null, doubt: null };
const KILLED: Incident = { incident: "out-of-memory", process: "server" };
const DIED: Incident = { incident: "died", process: "client", exitCode: 9, signal: null, answer: "" };
const CUT: Incident = { incident: "cut-off", afterMs: 9000, connectionsLeft: 4 };

test.each<[Signal, Wish]>([
  [
    { signal: "fd-wall", refused: 6, asked: CONNECTIONS, acceptErrors: {} },
    { refusedDescriptors: 6, outcomes: { "eof-early": 6 }, p99Us: INFINITE },
  ],
  [
    { signal: "fd-wall", refused: 0, asked: CONNECTIONS, acceptErrors: { EMFILE: 20 } },
    { acceptErrors: { EMFILE: 20, ECONNABORTED: 1 }, outcomes: { timeout: 3 } },
  ],
  [
    { signal: "thread-limit", refused: 9 },
    { refusedThreads: 9, outcomes: { "eof-early": 9 } },
  ],
  [
    { signal: "memory", process: "server", acceptErrors: {} },
    { died: "server", status: "out-of-memory", incidents: [KILLED] },
  ],
  [
    { signal: "memory", process: null, acceptErrors: { ENOBUFS: 1, ENOMEM: 2 } },
    { acceptErrors: { ENOBUFS: 1, ENOMEM: 2 }, outcomes: { timeout: 3 } },
  ],
  [
    { signal: "client-resources", withoutDescriptor: 1, withoutPort: 1200, death: null },
    { outcomes: { "no-ports": 1200, "no-descriptors": 1 } },
  ],
  [
    { signal: "client-resources", withoutDescriptor: 0, withoutPort: 0, death: DIED },
    { died: "client", status: "failed", incidents: [DIED] },
  ],
  [
    { signal: "listen-overflow", times: 1 },
    { ...SLOW, overflows: 1 },
  ],
  [
    { signal: "failures", asked: CONNECTIONS, outcomes: { timeout: 12, reset: 3 }, ...NOTHING },
    { outcomes: { timeout: 12, reset: 3 } },
  ],
  [
    { signal: "failures", asked: CONNECTIONS, outcomes: {}, incident: DIED, doubt: null },
    { died: "server", status: "failed", incidents: [DIED] },
  ],
  [
    { signal: "failures", asked: CONNECTIONS, outcomes: {}, incident: null, doubt: { reason: "ledgers" } },
    { status: "failed", balanced: false },
  ],
  [
    { signal: "failures", asked: CONNECTIONS, outcomes: {}, incident: CUT, doubt: null },
    { status: "cut-off", incidents: [CUT], outcomes: { interrupted: 4 } },
  ],
  [
    { signal: "client-limit", doubt: { reason: "client-limit", corePercent: 99 } },
    { ...SLOW, serverPercent: 97, doubts: [{ reason: "client-limit", corePercent: 99 }] },
  ],
  [
    { signal: "cpu", corePercent: 95.2 },
    { ...SLOW, serverPercent: 95.2 },
  ],
  [
    { signal: "rate", offeredPerSecond: 10_000, answeredPercent: 94.975, objectivePercent: 95 },
    { messages: 18_995 },
  ],
  [{ signal: "latency", p99Ms: 250.04, objectiveMs: 100 }, SLOW],
  [{ signal: "latency", p99Ms: INFINITE, objectiveMs: 100 }, { p99Us: INFINITE }],
])("%j is the first signal of %j", (signal, wish) => {
  expect(judged(wish).trial.signals[0]).toEqual(signal);
});

test("causes come before consequences", () => {
  const { trial } = judged({
    refusedDescriptors: 6,
    outcomes: { "eof-early": 6, reset: 1 },
    messages: 100,
    p99Us: INFINITE,
    serverPercent: 100,
    doubts: [{ reason: "send-lag", lagP99Us: 9, intendedP99Us: 10 }],
    overflows: 3,
  });
  expect(trial.signals.map(({ signal }) => signal)).toEqual([
    "fd-wall",
    "listen-overflow",
    "failures",
    "client-limit",
    "cpu",
    "rate",
    "latency",
  ]);
});

describe("events that are no cause", () => {
  test("connections refused because of --max-connections are no cause", () => {
    const { signals } = judged({ outcomes: { "eof-early": 6 }, options: { maxConnections: 10 } }).trial;
    expect(signals.map(({ signal }) => signal)).toEqual(["failures"]);
  });

  test("an overflow is another server's when this server's queue had room for all connections", () => {
    const wish = { ...SLOW, overflows: 500, options: { backlog: 5000 } };
    expect(judged(wish, { somaxconn: 65_536 }).trial.signals.map(({ signal }) => signal)).toEqual([
      "latency",
    ]);
    expect(judged(wish).trial.signals[0]?.signal).toBe("listen-overflow");
  });
});

describe("a disturbance by other processes", () => {
  test("a slow run reports the disturbance", () => {
    expect(judged({ ...SLOW, doubts: [BUSY] }).trial.disturbance).toEqual(BUSY);
  });

  test("a run that reached a descriptor limit reports no disturbance", () => {
    const wall: Wish = { refusedDescriptors: 1, outcomes: { "eof-early": 1 }, doubts: [BUSY] };
    expect(judged(wall).trial.disturbance).toBeNull();
  });
});

test("a limit of the client leaves the server's limit unknown, unless the server reached a limit too", () => {
  expect(judged({ outcomes: { "no-ports": 2 } }).answer).toBe("out-of-reach");
  const both: Wish = { refusedDescriptors: 1, outcomes: { "no-ports": 2, "eof-early": 1 } };
  expect(judged(both).answer).toBe("failed");
});

test("a run that failed always has a signal, and its signals are in order", () => {
  const wishes = fc.record<Wish>(
    {
      status: fc.constantFrom("ok", "limited", "failed", "cut-off", "out-of-memory"),
      outcomes: fc.dictionary(fc.constantFrom(...OUTCOMES.slice(1)), fc.nat(300)),
      messages: fc.nat(25_000),
      p99Us: fc.oneof(fc.nat(200_000), fc.constant(INFINITE)),
      refusedDescriptors: fc.nat(20),
      refusedThreads: fc.nat(20),
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
      expect(trial.signals.map((signal) => Signal.parse(signal))).toEqual(trial.signals);
    }),
    { numRuns: 1000 },
  );
});
