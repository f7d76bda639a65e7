import type {
  Bound,
  CellComparison,
  Change,
  Doubt,
  EnvironmentDifference,
  ExperimentComparison,
  Finding,
  Incident,
  Level,
  Search,
  Signal,
  Trial,
  Trouble,
  Unmeasured,
} from "@c10k-lab/protocol";
import { expect, test } from "vitest";
import {
  claimFall,
  claimOf,
  describeAnswer,
  describeBound,
  describeCell,
  describeChangeInterval,
  describeClaim,
  describeComparisonRule,
  describeDoubt,
  describeEnvironmentDifference,
  describeFailure,
  describeHolding,
  describeIncident,
  describeIncidents,
  describeNoClaim,
  describeQueues,
  describeRefusedCalls,
  describeRegression,
  describeRemarks,
  describeSearch,
  describeSignal,
  describeTrouble,
  describeUnmeasured,
  describeUnsettled,
  describeVerdict,
  joinClaims,
} from "../src/index.ts";

/**
 * Wording is asserted here and nowhere else: one sentence for each kind of fact. Everything else is tested by the facts.
 */

test.each<[Incident, string]>([
  [
    { incident: "refused", reason: "refused-descriptor", connections: 1010, asked: 2000 },
    "The server refused 1,010 of 2,000 connections: their descriptor numbers did not fit into an fd_set.",
  ],
  [
    { incident: "refused", reason: "refused-limit", connections: 1, asked: 2 },
    "The server refused 1 of 2 connections: --max-connections was reached.",
  ],
  [
    { incident: "cut-off", afterMs: 20_000, connectionsLeft: 12 },
    "Cut off after 20 s with 12 connections still at work.",
  ],
  [
    { incident: "died", process: "client-3", exitCode: null, signal: "SIGKILL", answer: "" },
    "The client-3 ended before it reported its totals, killed by SIGKILL; see client-3.log.",
  ],
  [
    { incident: "results-lost", process: "client-2", node: "beta", files: ["client-2.csv"] },
    "Results of the client-2 on beta did not arrive whole: client-2.csv.",
  ],
  [
    { incident: "node-lost", process: "client", node: "beta" },
    "The node beta left the swarm or stopped answering it, with the client.",
  ],
  [
    { incident: "out-of-memory", process: "server" },
    "The server ran out of memory: the kernel killed it at the limit of its container.",
  ],
  [
    { incident: "ledgers-differ", differences: [{ entry: "messages", client: 20, server: 19 }] },
    "The ledgers differ: messages: the client counts 20, the server 19.",
  ],
  [{ incident: "failed", outcome: "reset", connections: 7 }, "7 connections ended as reset."],
  [
    {
      incident: "failed",
      outcome: "wrong-bytes",
      connections: 3,
      first: {
        connection: 5,
        messages: 2,
        bytesSent: 60,
        bytesReceived: 60,
        sent: "hi\n",
        received: "hi\r\n",
      },
    },
    '3 connections ended as wrong-bytes; the first is connection 5 after 2 messages: "hi\\n" was sent and "hi\\r\\n" came back.',
  ],
  [
    {
      incident: "failed",
      outcome: "timeout",
      connections: 1,
      first: { connection: 2, messages: 0, bytesSent: 20, bytesReceived: 0, sent: null, received: null },
    },
    "1 connection ended as timeout; the first is connection 2 after 0 messages: 20 bytes sent, 0 received.",
  ],
  [
    { incident: "no-echo", sent: "ready?\n", received: "", end: "timeout" },
    'The server did not echo the lab\'s probe: "ready?\\n" was sent and nothing came back in 5 s.',
  ],
  [
    { incident: "no-echo", sent: "ready?\n", received: "\u009b2J\n", end: "wrong-bytes" },
    'The server did not echo the lab\'s probe: "ready?\\n" was sent and "\\u009b2J\\n" came back.',
  ],
  [
    { incident: "no-echo", sent: "ready?\n", received: "ready?\n", end: "ECONNRESET" },
    "The server echoed the lab's probe, but reset the connection instead of closing it.",
  ],
  [
    { incident: "no-echo", sent: "", received: "", end: "stays-open" },
    "The server echoed the lab's probe, but did not close the connection after the FIN.",
  ],
  [
    { incident: "not-ready", process: "server", afterMs: 30_000, answer: "alas" },
    "The server was not ready after 30 s (alas); see server.log.",
  ],
  [
    { incident: "ended-early", process: "server", exitCode: 7, signal: null, answer: "" },
    "The server ended before it was told to, with exit code 7; see server.log.",
  ],
  [
    { incident: "ended-early", process: "server", exitCode: null, signal: "SIGXFSZ", answer: "" },
    "The server ended before it was told to, killed by SIGXFSZ at a file of 1 GiB, the largest that it may write; see server.log.",
  ],
  [
    { incident: "over-limit", process: "server", limit: "processes", count: 4100, allowed: 4096 },
    "The server was killed: it had 4,100 processes, and one server may have 4,096 processes.",
  ],
  [
    { incident: "over-limit", process: "server", limit: "memory", count: 7000, allowed: 6000 },
    "The server was killed: it had 7,000 MiB of memory, and one server may have 6,000 MiB of memory.",
  ],
  [
    { incident: "over-limit", process: "server", limit: "disk", count: 70, allowed: 60 },
    "The server was killed: it had 70 MiB on disk, and one server may have 60 MiB on disk.",
  ],
  [
    { incident: "stop-ignored", process: "server", afterMs: 3000 },
    "The server did not end within 3 s of its stop signal and was killed.",
  ],
  [
    { incident: "left-behind", process: "server", processes: 2 },
    "The server left 2 of its processes behind; the lab killed them.",
  ],
  [
    { incident: "stays-open", process: "server" },
    "The server did not close a connection after the client's FIN: its descriptors may leak.",
  ],
])("Incident %#", (incident, sentence) => {
  expect(describeIncidents([{ id: "a", cell: "epoll-10", incidents: [incident] }])).toEqual([
    `epoll-10: ${sentence}`,
  ]);
});

test("Incidents of several repetitions are said once, with the range of their numbers", () => {
  const overflow = (times: number): Incident => ({ incident: "listen-overflow", times });
  const repetition = (id: string, ...incidents: Incident[]) => ({ id, cell: "epoll-10", incidents });
  expect(
    describeIncidents([
      repetition("a", overflow(1229), { incident: "retransmission-timeout", times: 1 }),
      repetition("b", overflow(408)),
      repetition("c", overflow(1500)),
    ]),
  ).toEqual([
    "epoll-10: The accept queue overflowed 408 to 1,500 times. (every repetition)",
    "epoll-10: TCP retransmission timers expired once. (1 of 3 repetitions)",
  ]);
});

test("Two incidents of one repetition are of one repetition", () => {
  const incidents: Incident[] = [3, 4].map((connections) => ({
    incident: "refused",
    reason: "refused-thread",
    connections,
    asked: 10,
  }));
  const none = { id: "b", cell: "epoll-10", incidents: [] };
  expect(describeIncidents([{ id: "a", cell: "epoll-10", incidents }, none])).toEqual([
    "epoll-10: The server refused 3 to 4 of 10 connections: no thread could be started for them. (1 of 2 repetitions)",
  ]);
});

test.each<[Doubt, string]>([
  [{ reason: "stolen", percent: 4.6 }, "The hypervisor took 4.6 % of a core away."],
  [
    { reason: "client-limit", corePercent: 97.2 },
    "The client used 97 % of one core: it may have been the limit, not the server.",
  ],
  [
    { reason: "not-held", held: 990, asked: 1000 },
    "990 of 1,000 connections are proven to have been open at one time.",
  ],
  [
    { reason: "loop-lag", turnP99Us: 800, responseP99Us: 1000 },
    "A turn of the client's loop took 0.80 ms at its p99, the response 1.00 ms.",
  ],
])("Doubt %#", (doubt, sentence) => {
  expect(describeDoubt(doubt)).toBe(sentence);
});

test.each<[Signal, string]>([
  [
    { signal: "fd-wall", refused: 0, asked: 10, acceptErrors: { EMFILE: 4 } },
    "Accepting failed 4 times with EMFILE: the server had no descriptor left.",
  ],
  [
    { signal: "rate", offeredPerSecond: 10_000, answeredPercent: 94.96, objectivePercent: 95 },
    "94.9 % of the 10,000 messages/s offered were answered; the objective is 95 %.",
  ],
  [
    { signal: "latency", p99Ms: "infinite", objectiveMs: 100 },
    "The p99 response time was infinite: more than 1 % were never answered.",
  ],
  [
    { signal: "failures", asked: 100, outcomes: { reset: 3, timeout: 2 }, incident: null, doubt: null },
    "Connections ended badly, of 100 asked for: 3 as reset and 2 as timeout.",
  ],
  [
    { signal: "client-resources", withoutDescriptor: 0, withoutPort: 3, death: null },
    "The client had no local port for 3 connections.",
  ],
])("Signal %#", (signal, sentence) => {
  expect(describeSignal(signal)).toBe(sentence);
});

test.each<[Bound, string]>([
  [{ bound: "plan", value: 19_500 }, "The search stopped at 19,500, the plan's upper bound."],
  [
    { bound: "descriptors", value: 900, limit: 1024, own: 124 },
    "The search stopped at 900: a process may open 1,024 files (RLIMIT_NOFILE) and needs 124 of them for itself.",
  ],
])("Bound %#", (bound, sentence) => {
  expect(describeBound(bound)).toBe(sentence);
});

test.each<[Trouble, string]>([
  [
    { trouble: "engine-elsewhere", address: "unix:///tmp/far.sock" },
    "The Docker engine at unix:///tmp/far.sock is not on this machine's network, so the lab cannot reach its servers: use the engine of this machine, or --engine remote.",
  ],
  [
    { trouble: "no-permission", address: "unix:///run/docker.sock" },
    "This user may not use the Docker engine at unix:///run/docker.sock: join the group docker, or use --engine process.",
  ],
  [
    { trouble: "image-missing", image: "c10k-lab", service: "epoll" },
    "The image c10k-lab is missing: 'docker compose build epoll' builds it.",
  ],
  [
    { trouble: "image-missing", image: "example/echo", service: null },
    "The image example/echo is missing: build it, or get it with 'docker pull example/echo'.",
  ],
  [
    { trouble: "too-few-nodes", side: "clients", wanted: null, ready: ["alpha"] },
    "No node for the clients: ready are alpha. --client-nodes names some; it may name the server's.",
  ],
  [
    {
      trouble: "clocks-apart",
      node: "beta",
      reference: "alpha",
      offsetMs: -80.04,
      errorMs: 0.31,
      limitMs: 50,
    },
    "The clock of beta is 80.0 ms (± 0.3) behind that of alpha, and clients begin at one instant: 50 ms is the most; set it by NTP.",
  ],
  [
    { trouble: "image-not-on-node", image: "c10k-lab/client", node: "beta" },
    "The node beta lacks the image c10k-lab/client that this engine has: 'docker save c10k-lab/client | ssh beta docker load' copies it.",
  ],
])("Trouble %#", (trouble, sentence) => {
  expect(describeTrouble(trouble)).toBe(sentence);
});

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

const SEARCH: Search = {
  group: null,
  variant: "epoll",
  server: "epoll",
  searched: "connections",
  fixed: { connections: null, rate: 10_000 },
  ended: "boundary",
  met: 9500,
  failed: 10_000,
  bound: { bound: "plan", value: 19_500 },
  first: { signal: "latency", p99Ms: 140, objectiveMs: 100 },
  tries: [
    { value: 9500, met: true, trials: [MET, MET, MET] },
    { value: 10_000, met: false, trials: [{ ...MET, met: false }, MET, { ...MET, met: false }] },
  ],
};

test.each<[string, Search, string]>([
  [
    "with a boundary",
    SEARCH,
    "epoll: between 9,500 and 10,000 connections at 10,000 messages/s (9,500 met in 3 of 3 trials, 10,000 failed in 2 of 3 trials); first signal: latency: The p99 response time was 140 ms; the objective is 100 ms.",
  ],
  [
    "that ended at its bound",
    { ...SEARCH, ended: "bound", failed: null, first: null },
    "epoll: at least 9,500 connections at 10,000 messages/s (9,500 met in 3 of 3 trials). The search stopped at 19,500, the plan's upper bound.",
  ],
  [
    "whose limit may be the client's",
    {
      ...SEARCH,
      group: "large",
      first: { signal: "client-limit", doubt: { reason: "client-limit", corePercent: 97 } },
    },
    "epoll, large: between 9,500 and 10,000 connections at 10,000 messages/s (9,500 met in 3 of 3 trials, 10,000 failed in 2 of 3 trials); first signal: client-limit: The client used 97 % of one core: it may have been the limit, not the server. Inconclusive: The limit may be the client's.",
  ],
])("A search %s", (_, search, sentence) => {
  expect(describeSearch(search)).toBe(sentence);
});

const RATE: Change = {
  quantity: "rate",
  unit: "messages/s",
  better: "high",
  before: 147_000,
  after: 126_000,
  changePercent: -14.2,
  intervalPercent: { low: -16.1, high: -12 },
  judgement: "worse",
  obstacle: null,
  doubts: { before: ["client-limit"], after: ["client-limit", "busy-host"] },
  counts: true,
  isBeyondThreshold: true,
  rulesOutRegression: false,
};

const SIDE = { status: "ok", repetitions: 5, whole: 3 } as const;
const CELL: CellComparison = {
  name: "epoll-100",
  server: "epoll",
  variant: "epoll",
  group: null,
  axis: "connections",
  axisValue: 100,
  connections: 100,
  clients: 1,
  before: SIDE,
  after: { ...SIDE, whole: 5 },
  obstacle: null,
  decline: null,
  changes: [RATE],
};

const COMPARISON: ExperimentComparison = {
  schema: "c10k-lab/comparison/2",
  before: { folder: "a", plan: "quick", startedAt: "2026-03-01T10:00:00.000Z", commit: null },
  after: { folder: "b", plan: "quick", startedAt: "2026-03-01T11:00:00.000Z", commit: null },
  thresholdPercent: 10,
  countsInconclusive: true,
  confidencePercent: 99,
  repetitionsMin: 3,
  ratioMin: 1.05,
  drift: {
    apartMs: 27 * 3_600_000,
    common: [
      { quantity: "cpu", cells: 12, changePercent: 2.2 },
      { quantity: "rate", cells: 11, changePercent: -3.1 },
    ],
  },
  environment: [],
  cells: [CELL],
  regressions: [{ cell: "epoll-100", quantity: "rate" }],
  notCounted: [],
  verdict: "regression",
  summary: {
    counted: 3,
    beyondThreshold: 1,
    worse: 1,
    better: 0,
    noDifferenceShown: 1,
    tooWide: 1,
    inconclusive: 0,
    tooFewRepetitions: 2,
    notComparable: 0,
    cellsNotComparable: 1,
  },
};

test("A regression is a sentence with its interval and its doubts", () => {
  expect(describeRegression(COMPARISON, { cell: "epoll-100", quantity: "rate" })).toBe(
    "epoll at 100 connections: rate changed by −14.2 % (99 % interval −16.1 to −12.0 %; 147,000 → 126,000 messages/s). Inconclusive: client-limit (before and after), busy-host (after).",
  );
});

test("A cell is named by server, load, clients and group", () => {
  const cell = { ...CELL, axis: "idle", axisValue: 5000, clients: 2, group: "busy" } as const;
  expect(describeCell(cell)).toBe("epoll at 5,000 idle connections from 2 clients (busy)");
});

test("Accept queues explain long waits by what overflowed and what finished", () => {
  const short = { group: "as submitted", backlog: 5, repetitions: 36, overflowed: 36, cutOff: 35 };
  const long = { group: "corrected", backlog: 4096, repetitions: 36, overflowed: 0, cutOff: 0 };
  expect(describeQueues(short, long)).toBe(
    "the long waits come from the accept queue: with a backlog of 5 it overflowed in all 36 repetitions and only 1 finished in the plan's time, while with a backlog of 4,096 it never overflowed and all finished",
  );
  expect(describeQueues({ ...short, backlog: null, overflowed: 30, cutOff: 36 }, long)).toContain(
    "in “as submitted” it overflowed in 30 of 36 repetitions and none finished",
  );
});

test.each<[CellComparison["decline"], string]>([
  [{ decline: "missing" }, "epoll at 100 connections ended as ok before and is missing after."],
  [
    { decline: "repetitions", failed: 2 },
    "epoll at 100 connections: 2 of 5 repetitions failed after, none before.",
  ],
  [{ decline: "status" }, "epoll at 100 connections ended as ok before and as ok after."],
])("Decline %#", (decline, sentence) => {
  const cells = [{ ...CELL, decline }];
  expect(describeRegression({ ...COMPARISON, cells }, { cell: "epoll-100", quantity: null })).toBe(sentence);
});

test("A verdict counts what has a say and what has none", () => {
  expect(describeVerdict(COMPARISON)).toEqual([
    "1 regression at a threshold of 10 %.",
    "3 comparisons count: 1 surely worse than that, 1 worse, but not surely by so much and 1 without a difference shown. The interval of 1 of them is too wide to rule a regression out. Not counted: 2 from fewer than 3 repetitions. 1 cell is not comparable.",
    "The runs began 27 h apart, and the median change of all 12 cells is +2.2 % in CPU time per message and −3.1 % in rate: so much of a difference may be the machine's, because the intervals hold only what differs between repetitions of one run. Believe what a second pair, run in reverse order, confirms.",
  ]);
});

test("A verdict on fewer than three cells says that drift cannot be told", () => {
  expect(describeVerdict({ ...COMPARISON, drift: { apartMs: 300_000, common: [] } }).at(-1)).toBe(
    "The runs began 5 min apart, and fewer than three cells do not show how much of a difference is the machine's, because the intervals hold only what differs between repetitions of one run. Believe what a second pair, run in reverse order, confirms.",
  );
});

test.each<[Partial<CellComparison>, string]>([
  [
    { before: null, obstacle: { obstacle: "missing", side: "before" } },
    "the experiments have no cell in common",
  ],
  [
    { obstacle: { obstacle: "no-quantity" } },
    "none of the quantities chosen was measured (epoll at 100 connections)",
  ],
  [
    { changes: [{ ...RATE, obstacle: "zero-before" }] },
    "0 before, and no change is a percentage of that (epoll at 100 connections)",
  ],
  [
    { changes: [{ ...RATE, judgement: "too-few-repetitions" }] },
    "fewer than 3 repetitions that ended well (epoll at 100 connections)",
  ],
])("Nothing compared %#", (change, reason) => {
  const comparison = { ...COMPARISON, verdict: "nothing-compared" as const, cells: [{ ...CELL, ...change }] };
  expect(describeVerdict(comparison)).toEqual([`Nothing could be compared: ${reason}.`]);
});

test("A long list of what could not be compared is abridged", () => {
  const cells = [1, 2, 3, 4, 5].map((axisValue) => ({
    ...CELL,
    axisValue,
    obstacle: { obstacle: "no-quantity" } as const,
  }));
  expect(describeVerdict({ ...COMPARISON, verdict: "nothing-compared", cells })).toEqual([
    "Nothing could be compared: none of the quantities chosen was measured (epoll at 1 connection, epoll at 2 connections, epoll at 3 connections and 2 more).",
  ]);
});

test("Remarks name repetitions left out, and loads that differ", () => {
  expect(describeRemarks({ cells: [CELL] })).toEqual([
    "epoll at 100 connections: 3 of 5 repetitions before ended well; only they are compared.",
  ]);
  const differences = [
    { of: "server", option: "backlog", before: 4096, after: 5 },
    { of: "cell", option: "clients", before: 1, after: null },
  ] as const;
  const obstacle = { obstacle: "other-load" as const, differences: [...differences] };
  expect(describeRemarks({ cells: [{ ...CELL, obstacle }] })).toEqual([
    "epoll at 100 connections is not comparable: the load differs: backlog of the server 4096 before, 5 after; clients 1 before, not given after.",
  ]);
});

test("A reason that holds for several cells is said once, with their names", () => {
  const missing = [1, 2, 3, 4, 5].map((axisValue) => ({
    ...CELL,
    axisValue,
    obstacle: { obstacle: "missing", side: "after" } as const,
  }));
  expect(describeRemarks({ cells: [...missing, CELL, { ...CELL, axisValue: 10 }] })).toEqual([
    "epoll at 1 connection, epoll at 2 connections, epoll at 3 connections and 2 more are not comparable: missing after.",
    "epoll at 100 connections, epoll at 10 connections: 3 of 5 repetitions before ended well; only they are compared.",
  ]);
});

test.each<[EnvironmentDifference, string]>([
  [{ property: "kernel", name: null, before: "6.18.0", after: "6.19.0" }, "kernel: 6.18.0 → 6.19.0"],
  [{ property: "memory-bytes", name: null, before: 2 ** 33, after: 2 ** 34 }, "memory: 8.00 GiB → 16.0 GiB"],
  [
    { property: "pinning", name: null, before: [{ server: [0], client: [1] }], after: [null] },
    "processors of server and client: 0 and 1 → shared",
  ],
  [
    { property: "option", name: "connections", before: [10, 100], after: null },
    "option connections: 10, 100 → not given",
  ],
])("Environment difference %#", (difference, sentence) => {
  expect(describeEnvironmentDifference(difference)).toBe(sentence);
});

test("The rule of a comparison names its interval, threshold and fewest repetitions", () => {
  expect(describeComparisonRule(COMPARISON)[0]).toBe(
    "A change is called better or worse when the 99 % bootstrap interval of the ratio of the medians leaves out 1 and one median is at least 1.05 times the other; from fewer than 3 repetitions nothing is claimed.",
  );
});

const FINDING: Finding = {
  plan: "quick",
  group: "busy",
  question: "variants",
  quantity: "cost",
  axis: "connections",
  at: 1000,
  variant: "threaded",
  against: { variant: "epoll", axisValue: 1000, group: null },
  effect: 1.48,
  low: 1.4,
  high: 1.56,
  level: 99,
  verdict: "shown",
  cause: null,
  doubts: [],
  slices: 30,
  replaced: 1,
  wouldTake: null,
};
const IDLE_GROWTH = {
  question: "growth",
  variant: "select",
  axis: "idle",
  at: 5000,
  against: { variant: "select", axisValue: 0, group: null },
} as const;

test.each<[Partial<Finding>, string]>([
  [
    {},
    "At 1,000 connections the CPU time per message of threaded is 1.48 times that of epoll (99 % interval 1.40 to 1.56).",
  ],
  [
    IDLE_GROWTH,
    "At 5,000 idle connections the CPU time per message of select is 1.48 times that at 0 idle connections (99 % interval 1.40 to 1.56).",
  ],
  [
    { quantity: "rate", verdict: "at-least" },
    "At 1,000 connections the rate of threaded is at least 1.40 times that of epoll; with threaded the client was the limit.",
  ],
  [
    { quantity: "rate", verdict: "at-most", high: 0.7 },
    "At 1,000 connections the rate of threaded is at most 0.70 times that of epoll; with epoll the client was the limit.",
  ],
  [
    { ...IDLE_GROWTH, quantity: "p99", verdict: "at-most", high: 0.7 },
    "At 5,000 idle connections the p99 response time of select is at most 0.70 times that at 0 idle connections; with 5,000 idle connections the client was the limit.",
  ],
  [
    { verdict: "no-difference", effect: 1.01, low: 0.98, high: 1.03 },
    "At 1,000 connections the CPU time per message of threaded is within 5 % of that of epoll (×1.01, 99 % interval 0.98 to 1.03).",
  ],
  [
    { verdict: "not-shown", low: 0.9, wouldTake: 12.3 },
    "At 1,000 connections the CPU time per message of threaded is not told apart from that of epoll (1.48 times, 99 % interval 0.90 to 1.56): some 13 s more would settle it.",
  ],
  [
    { verdict: "not-shown", low: null, high: null },
    "At 1,000 connections the CPU time per message of threaded is not told apart from that of epoll (1.48 times, no interval): it takes more repetitions.",
  ],
  [
    {
      question: "limit",
      quantity: "held",
      at: 10_000,
      variant: "select",
      effect: 994,
      cause: "refused-descriptor",
    },
    "select held 994 of 10,000 connections and refused the others: their descriptor numbers did not fit into an fd_set.",
  ],
  [
    { question: "limit", quantity: "held", at: 100_000, effect: 19_970, cause: "no-descriptors" },
    "threaded held 19,970 of 100,000 connections and could not accept the others: no descriptor was left for them.",
  ],
  [
    { question: "limit", quantity: "held", at: 100_000, effect: 60_000, cause: "no-kernel-memory" },
    "threaded held 60,000 of 100,000 connections and could not accept the others: the kernel had no memory left for them.",
  ],
  [
    { question: "limit", quantity: "held", effect: 400, cause: "cut-off" },
    "threaded held 400 of 1,000 connections and did not finish in the plan's time.",
  ],
  [
    { question: "limit", quantity: "held", effect: 1000, cause: "cut-off" },
    "threaded did not finish in the plan's time at 1,000 connections.",
  ],
  [
    {
      question: "limit",
      quantity: "held",
      at: 10_000,
      variant: "epoll",
      effect: 10_000,
      verdict: "at-least",
    },
    "epoll held all 10,000 connections that were asked for.",
  ],
  [
    {
      question: "limit",
      quantity: "held",
      at: 10_000,
      variant: "epoll",
      effect: 9_000,
      verdict: "not-shown",
    },
    "epoll held 9,000 of 10,000 connections, and refused none: the client is the limit.",
  ],
  [
    {
      question: "groups",
      quantity: "p99",
      group: "as submitted",
      against: { variant: "threaded", axisValue: 1000, group: "corrected" },
    },
    "At 1,000 connections the p99 response time of threaded in “as submitted” is 1.48 times that in “corrected” (99 % interval 1.40 to 1.56).",
  ],
  [
    { question: "limit", quantity: "rate", effect: 0.62, cause: "rate" },
    "threaded kept 62 % of its best rate at 1,000 connections.",
  ],
  [
    { question: "limit", quantity: "p99", effect: 182.4, cause: "latency" },
    "threaded had a p99 response time of 182 ms at 1,000 connections.",
  ],
  [
    { question: "limit", quantity: "held", axis: "backlog", cause: "listen-overflow" },
    "threaded needs backlog 1,000: with shorter ones its accept queue overflowed.",
  ],
])("the finding %j reads: %s", (change, sentence) => {
  expect(describeAnswer({ ...FINDING, ...change })).toBe(sentence);
});

test("a claim that begins with the names of servers keeps their case", () => {
  const held: Finding = {
    ...FINDING,
    question: "limit",
    quantity: "held",
    against: null,
    at: 4000,
    cause: null,
  };
  const claim = claimOf([
    { ...held, variant: "py", verdict: "at-least" },
    { ...held, variant: "epoll", verdict: "at-least" },
  ]);
  expect(describeClaim(claim)).toBe("py and epoll carried everything up to 4,000 connections");
});

const REFUSAL: Finding = {
  ...FINDING,
  ...{ question: "limit", quantity: "held", against: null, at: 10, effect: 5, cause: "refused-limit" },
};
const GROWTH: Finding = { ...FINDING, ...IDLE_GROWTH, effect: 2.5, low: 2.1, high: 2.9 };

test.each<[string, readonly Finding[], string]>([
  [
    "a server that refuses is named with those that held all",
    [REFUSAL, { ...REFUSAL, variant: "epoll", effect: 10, cause: null, verdict: "at-least" }],
    "threaded stops scaling first: it held 5 of 10 connections, while epoll held all.",
  ],
  [
    "a server that could not accept them is named like one that refuses",
    [
      { ...REFUSAL, cause: "no-descriptors" },
      { ...REFUSAL, variant: "epoll", effect: 10, cause: null, verdict: "at-least" },
    ],
    "threaded stops scaling first: it held 5 of 10 connections, while epoll held all.",
  ],
  [
    "servers that refuse alike are named together, and none stops first",
    [REFUSAL, { ...REFUSAL, variant: "select" }],
    "threaded and select held 5 of 10 connections.",
  ],
  [
    "a server that grows more than others scales worst",
    [GROWTH, { ...GROWTH, variant: "epoll", effect: 1.1, low: 1, high: 1.2 }],
    "select scales worst: the CPU time per message of select grows 2.5-fold from 0 to 5,000 idle connections, that of epoll by less.",
  ],
  [
    "where servers grow alike, none scales worst",
    [GROWTH, { ...GROWTH, variant: "poll", effect: 2.4, low: 2 }],
    "The CPU time per message of select grows 2.5-fold from 0 to 5,000 idle connections.",
  ],
  [
    "four and more that grow less are counted",
    [GROWTH, ..."abcd".split("").map((variant) => ({ ...GROWTH, variant, effect: 1.1, low: 1, high: 1.2 }))],
    "select scales worst: the CPU time per message of select grows 2.5-fold from 0 to 5,000 idle connections, that of 4 others by less.",
  ],
  [
    "of busy connections a clearer difference comes before growth",
    [
      { ...GROWTH, axis: "connections", at: 1000, low: 1.3 },
      { ...FINDING, effect: 2.4, low: 2.2, high: 2.7 },
      { ...FINDING, variant: "node", effect: 1.7, low: 1.5, high: 1.9 },
      { ...FINDING, variant: "c", effect: 0.9, low: 0.8, high: 0.98 },
    ],
    "At 1,000 connections the CPU time per message of threaded is 2.4 times that of epoll and that of node 1.70 times.",
  ],
  [
    "the larger value is the subject",
    [{ ...FINDING, effect: 0.4, low: 0.35, high: 0.45 }],
    "At 1,000 connections the CPU time per message of epoll is 2.5 times that of threaded.",
  ],
  [
    "where nothing has an interval, nothing is said of differences",
    [{ ...FINDING, verdict: "not-shown", low: null, high: null }],
    "Nothing was measured often enough to tell threaded and epoll apart.",
  ],
  [
    "a time that grows as the connections do is queueing, and no claim",
    [
      {
        ...GROWTH,
        ...{ axis: "connections", quantity: "p99", at: 1000, effect: 100, low: 98, high: 102 },
        against: { variant: "select", axisValue: 10, group: null },
      },
    ],
    "No sign is shown that select stops scaling up to 1,000 connections.",
  ],
])("Claims: %s", (_, findings, sentence) => {
  expect(joinClaims([claimOf(findings)], true)).toEqual([sentence]);
});

test("an answer has a sentence for each fact, the verdict first, and joins none by semicolons", () => {
  const held: Finding = { ...REFUSAL, variant: "epoll", effect: 10, cause: null, verdict: "at-least" };
  const slower: Finding = { ...FINDING, effect: 2.4, low: 2.2, high: 2.7 };
  const claims = [[REFUSAL, held], [slower], [GROWTH]].map(claimOf);
  expect(joinClaims(claims, true)).toEqual([
    "threaded stops scaling first: it held 5 of 10 connections, while epoll held all.",
    "At 1,000 connections the CPU time per message of threaded is 2.4 times that of epoll.",
    "The CPU time per message of select grows 2.5-fold from 0 to 5,000 idle connections.",
  ]);
  expect(joinClaims(claims, false)[0]).toBe("threaded held 5 of 10 connections, while epoll held all.");
  expect(describeNoClaim(true)).toBe("There is nothing to compare: the table has what was measured.");
  expect(describeNoClaim(false)).toBe("Nothing was measured that answers the question.");
});

test("a rate that falls is a claim where the intervals of its ends do not meet", () => {
  const level = (variant: string, axisValue: number, value: number, isLowerBound = false): Level => ({
    ...{ group: null, axis: "connections", quantity: "rate", slices: 9, variant, axisValue, value },
    ...{ low: 0.9 * value, high: 1.1 * value, isLowerBound },
  });
  const steady = [level("epoll", 5, 150_000), level("epoll", 4000, 140_000)];
  const falling = [level("threaded", 5, 138_608, true), level("threaded", 4000, 69_551)];
  expect(claimFall([...falling, ...steady])).toMatchObject({
    text: "the rate of threaded falls from 139,000 messages/s at 5 to 69,600 at 4,000 connections, and no fall is shown of epoll",
  });
  expect(claimFall(steady)).toBeNull();
  expect(claimFall([level("threaded", 5, 138_608), level("threaded", 4000, 69_551, true)])).toBeNull();
});

test("a failed cell is explained by its first incident, any other one by none", () => {
  const incidents: Incident[] = [
    { incident: "ended-early", process: "server", exitCode: 7, signal: null, answer: "no luck" },
    { incident: "failed", outcome: "reset", connections: 3, first: null },
  ];
  expect(describeFailure({ status: "failed", incidents })).toBe(
    "The server ended before it was told to, with exit code 7 (no luck); see server.log.",
  );
  expect(describeFailure({ status: "ok", incidents })).toBeNull();
  const harmless: Incident = { incident: "left-behind", process: "server", processes: 2 };
  expect(describeFailure({ status: "failed", incidents: [harmless, ...incidents] })).toMatch(/exit code 7/);
});

test("servers that failed at the same load are named together", () => {
  const failed = (variant: string): Finding => ({
    ...FINDING,
    ...{ variant, question: "limit", quantity: "held", cause: "failed", at: 20, effect: 0 },
  });
  expect(describeClaim(claimOf([failed("upper"), failed("late")]))).toBe(
    "upper and late failed at 20 connections",
  );
});

test("a server that failed without a connection is not said to scale badly", () => {
  const failed = (effect: number): Finding => ({
    ...FINDING,
    ...{ variant: "upper", question: "limit", quantity: "held", cause: "failed", at: 20, effect },
  });
  expect(joinClaims([claimOf([failed(0)])], true)).toEqual(["upper failed at 20 connections."]);
  expect(joinClaims([claimOf([failed(5)])], true)).toEqual([
    "upper stops scaling first: it failed at 20 connections.",
  ]);
});

const OPEN: Finding = { ...FINDING, verdict: "not-shown", wouldTake: 25.5 };

test.each<[string, readonly Finding[], string | null]>([
  ["everything is settled", [FINDING, FINDING], null],
  ["nothing was compared", [], null],
  [
    "time would settle more",
    [FINDING, OPEN, { ...OPEN, at: 10, wouldTake: 80 }],
    "Not settled: 2 of 3 comparisons; next: threaded at 1,000 connections, in some 26 s more (--budget).",
  ],
  [
    "nothing has an interval, as in a plan measured once",
    [{ ...OPEN, low: null, high: null, wouldTake: null }],
    "Nothing was compared: an interval takes three repetitions or more (--repeats).",
  ],
  [
    "the client is the limit",
    [FINDING, { ...OPEN, wouldTake: null }],
    "Not settled: 1 of 2 comparisons; more --repeats, or more --clients where the client is the limit, would help.",
  ],
])("where %s, the summary says so", (_, comparisons, sentence) => {
  expect(describeUnsettled(comparisons)).toBe(sentence);
});

const LEFT_OUT = { group: "idle", axis: "idle", at: 1000, wouldTake: 8.2 } as const;
const MEASURED = { ...LEFT_OUT, variant: "epoll", axisValue: 5000, quantity: "cost" } as const;
const LEVEL = { ...MEASURED, value: 6, low: null, high: null, isLowerBound: false, slices: 3 };

test.each<[string, readonly Unmeasured[], readonly Level[], string | null]>([
  ["nothing", [], [], null],
  [
    "a load without a start",
    [{ ...LEFT_OUT, group: null, wouldTake: null }],
    [],
    "Not measured for lack of time: 1,000 idle connections. It takes a longer --budget.",
  ],
  [
    "a question",
    [LEFT_OUT, { ...LEFT_OUT, at: 0 }],
    [],
    "Not measured for lack of time: the question “idle” (0 and 1,000 idle connections). It would take some 17 s more (--budget).",
  ],
  [
    "loads of a question that others answer, and a question",
    [LEFT_OUT, { ...LEFT_OUT, group: "busy", axis: "connections", at: 1 }],
    [LEVEL],
    "Not measured for lack of time: “idle” at 1,000 idle connections; the question “busy” (1 connection). It would take some 17 s more (--budget).",
  ],
])("the budget left no time for %s", (_, unmeasured, levels, sentence) => {
  expect(describeUnmeasured({ unmeasured: [...unmeasured], levels: [...levels] }, false)).toBe(sentence);
});

test("a run that was interrupted had no lack of time", () => {
  expect(describeUnmeasured({ unmeasured: [LEFT_OUT], levels: [LEVEL] }, true)).toBe(
    "Not measured, because the run was interrupted: “idle” at 1,000 idle connections.",
  );
});

test("system calls that could not be sampled", () => {
  const refused = (variant: string) => ({
    variant,
    evidence: {
      callsRefusal: {
        reason: "not-permitted" as const,
        answer: "strace: attach: ptrace(PTRACE_SEIZE, 71): Operation not permitted",
      },
    },
  });
  expect(describeRefusedCalls([refused("py"), refused("go"), refused("py")])).toEqual([
    "System calls of py and go are not sampled: strace(1) may not trace here (attach: ptrace(PTRACE_SEIZE, PID): Operation not permitted).",
  ]);
});

test.each([
  [
    { variant: "threaded", asked: 100_000, held: 19_960, limit: "RLIMIT_NOFILE" },
    "threaded will hold about 20,000 of 100,000 connections: RLIMIT_NOFILE ends them.",
  ],
  [
    { variant: "epoll", asked: 1_000_000, held: 0, limit: "MemAvailable" },
    "epoll will hold none of 1,000,000 connections: MemAvailable leaves no room.",
  ],
])(
  "a forecast names the connections that a variant will hold and the limit that ends them",
  (holding, sentence) => {
    expect(describeHolding(holding)).toBe(sentence);
  },
);

test("a server that ran out of descriptors says how many connections it could accept", () => {
  expect(describeIncident({ incident: "accept-failed", errors: { EMFILE: 312 }, open: 19_968 })).toBe(
    "The server could accept no more than 19,968 connections: its process had no descriptor left (EMFILE).",
  );
});

test("an interval of a change has no infinite end", () => {
  expect(describeChangeInterval({ low: -16.1, high: -12 })).toBe("−16.1 to −12.0");
  expect(describeChangeInterval({ low: 12, high: "infinite" })).toBe("+12.0 or more");
  expect(describeChangeInterval({ low: "infinite", high: "infinite" })).toBe("–");
  expect(describeChangeInterval(null)).toBe("–");
});
