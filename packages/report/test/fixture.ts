import {
  type Axis,
  CellResult,
  CLOSE_REASONS,
  ClientSummary,
  type Clock,
  type ConnectionRow,
  type LabResults,
  type LatencySummary,
  type LoadSample,
  Manifest,
  OUTCOMES,
  type Percentile,
  type ServerName,
  TCP_COUNTERS,
  type VerdictReason,
} from "@c10k-lab/protocol";
import { build, encodeIntoCompressedBase64 } from "hdr-histogram-js";

/** What a test wants to be different from a cell in which all went well. */
export interface CellWish {
  readonly server: ServerName;
  readonly connections: number;
  /** The server, unless it is one under certain options. */
  readonly variant?: string;
  readonly group?: string;
  /** What the plan varies: connections, unless it says something else. */
  readonly axis?: Axis;
  readonly x?: number;
  readonly firstResponseP99Ms?: number;
  /** Of an open loop. */
  readonly intendedP99Ms?: number;
  /** From the first connect(2) to the last close(2). */
  readonly wallMs?: number;
  readonly descriptorsPerWait?: number;
  readonly status?: CellResult["status"];
  readonly messagesPerSecond?: number;
  readonly p50Ms?: number;
  readonly p99Ms?: number;
  readonly refused?: number;
  readonly switchesPerMessage?: number;
  readonly cpuPerMessageUs?: number;
  readonly rssPeakKiB?: number;
  readonly clientCorePercent?: number;
  readonly eventsPerWait?: number;
  readonly tcp?: Partial<CellResult["evidence"]["tcp"]>;
  readonly notes?: readonly string[];
  /** Why its figures may not be the server's. */
  readonly doubt?: VerdictReason;
  readonly change?: (cell: CellResult) => CellResult;
}

const MESSAGE_BYTES = 20;
const MESSAGING_MS = 2000;
const FIRST_SENT_US = 5e6;
const RSS_START_KIB = 50_000;
/** Of a message, newline included. */
const bytesOf = ({ axis, x }: CellWish) => (axis === "size" ? (x ?? MESSAGE_BYTES) : MESSAGE_BYTES);
const zeros = <Name extends string>(names: readonly Name[]) =>
  Object.fromEntries(names.map((name) => [name, 0])) as Record<Name, number>;

/** A valid cell: checked by the schemas of the files it stands for. */
export function makeCell(wish: CellWish): CellResult {
  const refused = wish.refused ?? 0;
  const held = wish.connections - refused;
  const messages = Math.round((wish.messagesPerSecond ?? 100_000) * (MESSAGING_MS / 1000));
  const cell: CellResult = {
    schema: "c10k-lab/cell/1",
    startedAt: "2026-01-02T03:04:05.000Z",
    id: nameOf(wish),
    name: nameOf(wish),
    variant: wish.variant ?? wish.server,
    group: wish.group ?? null,
    axis: wish.axis ?? "connections",
    x: wish.x ?? wish.connections,
    repeat: 1,
    server: wish.server,
    connections: wish.connections,
    clients: 1,
    servers: 1,
    status: wish.status ?? (refused > 0 ? "limited" : "ok"),
    notes: [...(wish.notes ?? [])],
    verdict: wish.doubt
      ? { valid: false, reasons: [{ reason: wish.doubt, sentence: "So it is." }] }
      : { valid: true, reasons: [] },
    processors: { server: [0], client: [1] },
    commands: {
      servers: [`server-${wish.server} --port 0 --backlog 4096`],
      clients: [`client --connections ${wish.connections} --repeat 100`],
    },
    listening: listening(wish),
    probe: { connections: 0, messages: 0, bytes: 0 },
    final: final(wish, held, messages),
    client: client(wish, held, messages),
    reconciliation: books(wish, held, messages),
    evidence: {
      server: samples(wish.rssPeakKiB ?? RSS_START_KIB + wish.connections, 70),
      clients: [samples(90_000, wish.clientCorePercent ?? 70)],
      corePercent: { server: 70, clients: wish.clientCorePercent ?? 70 },
      host: { stolenPercent: 0, otherPercent: 3 },
      containers: { server: [], clients: [] },
      tcp: { ...zeros(TCP_COUNTERS), ...wish.tcp },
    },
  };
  return CellResult.parse(wish.change === undefined ? cell : wish.change(cell));
}

/** As the lab names cells: `as-submitted-epoll-1000`. */
function nameOf({ group, variant, server, x, connections }: CellWish): string {
  const parts = [
    ...(group === undefined ? [] : [group.replaceAll(" ", "-")]),
    variant ?? server,
    x ?? connections,
  ];
  return parts.join("-");
}

export function makeResults(
  cells: readonly CellResult[],
  manifest: Partial<Manifest> = {},
  rowsPerCell = (cell: CellResult) => makeRows(cell),
): LabResults {
  return {
    manifest: Manifest.parse({ ...MANIFEST, cellsPlanned: cells.length, ...manifest }),
    cells,
    connections: new Map(cells.map((cell) => [cell.id, rowsPerCell(cell)])),
    capacity: null,
  };
}

/** Each cell three times, the runs one per cent apart: enough for an interval. */
export function thrice(cells: readonly CellResult[]): CellResult[] {
  return [-1, 0, 1].flatMap((step) =>
    cells.map((cell) => ({
      ...cell,
      id: `${cell.id}-run-${step + 2}`,
      repeat: step + 2,
      client: cell.client && scaled(cell.client, 1 + step / 100),
    })),
  );
}

function scaled(client: ClientSummary, factor: number): ClientSummary {
  return {
    ...client,
    achieved: {
      ...client.achieved,
      messagesPerSecond: Math.round(client.achieved.messagesPerSecond * factor),
      durationMs: client.achieved.durationMs / factor,
    },
    latencyUs: {
      ...client.latencyUs,
      response: scaledClock(client.latencyUs.response, factor),
      firstResponse: scaledClock(client.latencyUs.firstResponse, factor),
      intended: scaledClock(client.latencyUs.intended, factor),
    },
  };
}

function scaledClock(clock: LatencySummary, factor: number): LatencySummary {
  const times = (us: Percentile) => (typeof us === "number" ? us * factor : us);
  const max = clock.max === null ? null : clock.max * factor;
  return { ...clock, p50: times(clock.p50), p99: times(clock.p99), p999: times(clock.p999), max };
}

/** A run of three servers as one might look: select meets its wall, threads tire. */
export function makeStudyCells(): CellResult[] {
  const loads = [10, 100, 500, 2000, 4000];
  return loads.flatMap((connections, step) => [
    makeCell({
      server: "threaded",
      connections,
      messagesPerSecond: [98_000, 96_400, 88_000, 72_000, 58_900][step] ?? 0,
      p50Ms: connections / 90,
      p99Ms: connections / 22,
      switchesPerMessage: 1.9,
      cpuPerMessageUs: 9 + step,
      rssPeakKiB: RSS_START_KIB + 12 * connections,
    }),
    makeCell({
      server: "select",
      connections,
      refused: Math.max(0, connections - 990),
      messagesPerSecond: [118_000, 121_000, 116_000, 113_000, 112_500][step] ?? 0,
      p50Ms: Math.min(connections, 990) / 118,
      p99Ms: Math.min(connections, 990) / 80,
      switchesPerMessage: 0.015,
      eventsPerWait: Math.min(connections, 990) / 4,
      notes: connections > 990 ? [`The server refused ${connections - 990} connections.`] : [],
    }),
    makeCell({
      server: "epoll",
      connections,
      messagesPerSecond: [121_000, 124_300, 120_000, 117_000, 112_000][step] ?? 0,
      p50Ms: connections / 120,
      p99Ms: connections / 75,
      switchesPerMessage: 0.01,
      eventsPerWait: connections / 4,
      tcp: connections === 4000 ? { ListenOverflows: 12, TCPTimeouts: 12 } : {},
    }),
  ]);
}

/** Waits that differ a little from connection to connection, the same at every call. */
function makeRows(cell: CellResult): ConnectionRow[] {
  const meanMs = (cell.client?.latencyUs.response.mean ?? 0) / 1000;
  return Array.from({ length: cell.connections }, (_, index) => {
    const wobble = 1 + 0.3 * Math.sin(index * 12.9898) + (cell.server === "threaded" ? (index % 7) / 4 : 0);
    return {
      connection: index + 1,
      connectMs: 0.2,
      firstResponseMs: meanMs * 1.2,
      responseMsMean: meanMs * wobble,
      responseMsMax: meanMs * 4,
      requestsCompleted: 100,
      outcome: "ok",
    };
  });
}

function listening(wish: CellWish): CellResult["listening"] {
  const usage = { userUs: 40_000, systemUs: 9_000, voluntarySwitches: 200, involuntarySwitches: 10 };
  return {
    event: "listening",
    server: wish.server,
    host: "127.0.0.1",
    port: 34567,
    pid: 4242,
    metricsPort: null,
    options: { backlog: 4096 },
    usage: { ...usage, maxRssKiB: RSS_START_KIB },
  };
}

function final(wish: CellWish, held: number, messages: number): CellResult["final"] {
  const cpuUs = (wish.cpuPerMessageUs ?? 7) * messages;
  const switches = (wish.switchesPerMessage ?? 0.01) * messages;
  const waits = Math.ceil(messages / (wish.eventsPerWait ?? 10));
  return {
    event: "final",
    server: wish.server,
    durationMs: 3000,
    accepted: wish.connections,
    refused: wish.refused ?? 0,
    peak: held,
    closed: { ...zeros(CLOSE_REASONS), "client-closed": held, refused: wish.refused ?? 0 },
    requests: messages,
    bytesReceived: messages * bytesOf(wish),
    bytesSent: messages * bytesOf(wish),
    acceptErrors: {},
    shortWrites: 0,
    staleEvents: 0,
    calls: {
      accept: 2 * wish.connections,
      recv: messages + wish.connections,
      send: messages,
      wait: wish.server === "threaded" ? 0 : waits,
      control: wish.server === "epoll" ? 2 * wish.connections : 0,
    },
    events: wish.server === "threaded" ? 0 : messages,
    descriptorsScanned: wish.server === "select" ? waits * (wish.descriptorsPerWait ?? 1500) : 0,
    wordsScanned: wish.server === "select" ? waits * 48 : 0,
    usage: {
      userUs: 40_000 + Math.round(cpuUs / 4),
      systemUs: 9_000 + Math.round((3 * cpuUs) / 4),
      voluntarySwitches: 200 + Math.round(switches * 0.9),
      involuntarySwitches: 10 + Math.round(switches * 0.1),
      maxRssKiB: wish.rssPeakKiB ?? RSS_START_KIB + wish.connections,
    },
  };
}

function client(wish: CellWish, held: number, messages: number): ClientSummary {
  const rate = wish.messagesPerSecond ?? 100_000;
  const p50Us = (wish.p50Ms ?? 5) * 1000;
  const p99Us = (wish.p99Ms ?? 12) * 1000;
  const response = latency(messages, p50Us, p99Us);
  const none = latency(0, 0, 0);
  const connect = latency(held, 150, 900);
  const firstMs = wish.firstResponseP99Ms;
  const firstResponse = firstMs === undefined ? response : latency(held, firstMs * 300, firstMs * 1000);
  const dueMs = wish.intendedP99Ms;
  const intended = dueMs === undefined ? none : latency(messages, dueMs * 300, dueMs * 1000);
  return ClientSummary.parse({
    schema: "c10k-lab/client-summary/1",
    complete: true,
    target: { host: "127.0.0.1", port: 34567 },
    asked: { connections: wish.connections, active: wish.connections, messages, options: { repeat: 100 } },
    achieved: {
      established: wish.connections,
      completed: held,
      peak: held,
      held,
      messages,
      unsent: 0,
      inFlight: 0,
      proofs: 0,
      bytesSent: messages * bytesOf(wish),
      bytesReceived: messages * bytesOf(wish),
      startLagMs: null,
      firstSentUs: FIRST_SENT_US,
      lastDoneUs: FIRST_SENT_US + MESSAGING_MS * 1000,
      messagingMs: MESSAGING_MS,
      messagesPerSecond: rate,
      durationMs: wish.wallMs ?? MESSAGING_MS + 400,
    },
    outcomes: { ...zeros(OUTCOMES), ok: held, reset: wish.refused ?? 0 },
    series: series(held, messages, wish.refused ?? 0),
    latencyUs: { connect, firstResponse, response, intended },
    histograms: histograms(p50Us, p99Us),
    loop: {
      latencyUs: { turn: latency(messages, 50, 200), sendLag: none },
      histograms: { turn: "", sendLag: "" },
      waits: messages,
      sends: messages,
      receives: messages,
      cpuUs: 14e5,
      cpuShare: 14e5 / 1000 / MESSAGING_MS,
    },
    usage: { userUs: 9e5, systemUs: 5e5, voluntarySwitches: 90, involuntarySwitches: 9, maxRssKiB: 90_000 },
    environment: { node: "v26.0.0", kernel: "6.18.0", cpu: "Example CPU", processors: 2 },
  });
}

/** All connect in 200 ms, work evenly, and leave; who is refused is so at once. */
function series(held: number, messages: number, errors: number): LoadSample[] {
  const steps = MESSAGING_MS / 100;
  const working = Array.from({ length: steps + 1 }, (_, step) => ({
    atUs: FIRST_SENT_US + step * 100_000,
    open: held,
    messages: Math.round((messages * step) / steps),
    errors,
  }));
  return [
    { atUs: FIRST_SENT_US - 200_000, open: 0, messages: 0, errors: 0 },
    ...working,
    { atUs: FIRST_SENT_US + (MESSAGING_MS + 1) * 1000, open: 0, messages, errors },
  ];
}

function latency(count: number, p50: number, p99: number) {
  if (count === 0)
    return {
      count,
      failed: 0,
      min: null,
      mean: null,
      p50: null,
      p90: null,
      p99: null,
      p999: null,
      max: null,
    };
  return {
    count,
    failed: 0,
    min: p50 / 5,
    mean: p50 * 1.1,
    p50,
    p90: p50 * 1.5,
    p99,
    p999: p99 * 1.6,
    max: p99 * 3,
  };
}

function histograms(p50Us: number, p99Us: number): Record<Clock, string> {
  const histogram = build({ lowestDiscernibleValue: 1, highestTrackableValue: 60_000_000 });
  for (let rank = 1; rank <= 20_000; rank++) {
    const tail = (Math.log10(1 / (1 - rank / 20_001)) / 2) ** 2;
    histogram.recordValue(Math.max(1, Math.round(p50Us * 0.8 + tail * (p99Us - p50Us))));
  }
  const encoded = encodeIntoCompressedBase64(histogram);
  return { connect: encoded, firstResponse: encoded, response: encoded, intended: "" };
}

function books(wish: CellWish, connections: number, messages: number): CellResult["reconciliation"] {
  const bytes = { bytesSent: messages * bytesOf(wish), bytesReceived: messages * bytesOf(wish) };
  return {
    balanced: true,
    differences: [],
    client: { connections, messages, ...bytes },
    server: { connections, requests: messages, ...bytes },
  };
}

/** Every 250 ms for three seconds: half a second of start, then steady work. */
function samples(rssKiB: number, corePercent: number) {
  return Array.from({ length: 13 }, (_, index) => ({
    atMs: index * 250,
    cpuMs: 50 + Math.max(0, index - 2) * 2.5 * corePercent,
    rssKiB: Math.max(1, rssKiB - (12 - index)),
    threads: 12,
  }));
}

const MANIFEST: Manifest = {
  schema: "c10k-lab/manifest/1",
  plan: "standard",
  question: "Which server architecture stops scaling first on Linux, where, and why?",
  engine: "process",
  startedAt: "2026-03-01T10:00:00.000Z",
  finishedAt: "2026-03-01T10:09:00.000Z",
  run: "example",
  images: null,
  outcome: "complete",
  trouble: null,
  cellsPlanned: 0,
  options: { servers: ["threaded", "select", "epoll"], connections: [10, 100, 500, 2000, 4000], repeat: 100 },
  software: { version: "0.1.0", commit: "0123abc", node: "v26.0.0" },
  machine: {
    kernel: "6.18.0",
    cpu: "Example CPU @ 3.0 GHz",
    processors: 2,
    memoryBytes: 8 * 2 ** 30,
    loadAverage: [0.12, 0.2, 0.3],
    fileDescriptors: 1_048_576,
    sysctls: { "net.core.somaxconn": "4096", "net.ipv4.tcp_max_syn_backlog": "1024" },
  },
};
