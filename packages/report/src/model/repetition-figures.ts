import {
  type Clock,
  countHeld,
  type FinalLine,
  INFINITE,
  type LatencySummary,
  type Percentile,
  type RepetitionResult,
} from "@c10k-lab/protocol";
import { measureConnections } from "./connection-cost.ts";
import { sliceFigures } from "./slice-figures.ts";

const PERCENTILES = ["mean", "p50", "p90", "p99", "p999", "max"] as const;

/** Percentiles of a clock, ms; null where nothing was measured, Infinity where so many messages never came back. */
type LatencyMs = Readonly<Record<(typeof PERCENTILES)[number], number | null>>;

/** Figures of one repetition. A missing piece of evidence makes nulls, never zeros. */
export type RepetitionFigures = Readonly<ReturnType<typeof computeFigures>>;

export function computeFigures(cell: RepetitionResult) {
  const { client, clients, evidence } = cell;
  const achieved = client?.achieved;
  const alone = clients > 1 ? undefined : achieved;
  return {
    /** Connections established and not refused by the server. */
    established: countEstablished(cell),
    held: countHeld(cell),
    messages: achieved?.messages ?? null,
    messagesPerSecond: achieved?.messagesPerSecond ?? null,
    /** Payload of both directions together, by the time messages were exchanged. */
    mibPerSecond:
      achieved === undefined
        ? null
        : ratio((achieved.bytesSent + achieved.bytesReceived) / 2 ** 20, achieved.messagingMs / 1000),
    /** Connections that ended well, by `wallMs`. */
    connectionsPerSecond: alone === undefined ? null : ratio(alone.completed, alone.durationMs / 1000),
    /** Time from the first connect(2) to the last close(2); null with several clients, which wait for a common start. */
    wallMs: alone?.durationMs ?? null,
    latency: {
      connect: inMs(client?.latencyUs.connect),
      firstResponse: inMs(client?.latencyUs.firstResponse),
      response: inMs(client?.latencyUs.response),
      intended: inMs(client?.latencyUs.intended),
    } satisfies Readonly<Record<Clock, LatencyMs>>,
    /** Per cent of one core while messages were exchanged. */
    serverCorePercent: evidence.corePercent.server,
    clientCorePercent: evidence.corePercent.clients,
    ...measureWork(cell),
    ...measureMemory(cell),
    ...measureConnections(cell),
    /** Connections the kernel refused because the accept queue was full, client's attempts included. */
    listenOverflows: evidence.tcp.ListenOverflows ?? null,
    /** TCP segments that were sent again, of the whole network namespace. */
    segmentsRetransmitted: evidence.tcp.RetransSegs ?? null,
    ...sliceFigures(cell),
  };
}

/** Counts connections that the server took: the kernel completes the handshake of a refused one, too. */
function countEstablished({ client, final, probe }: RepetitionResult): number | null {
  const served = final === null ? null : final.accepted - final.refused - (probe?.connections ?? 0);
  if (client === null) return served;
  return served === null ? client.achieved.established : Math.min(client.achieved.established, served);
}

function inMs(latencyUs: LatencySummary | undefined): LatencyMs {
  const ms = (us: Percentile | undefined) => {
    if (us === INFINITE) return Number.POSITIVE_INFINITY;
    return us === null || us === undefined ? null : us / 1000;
  };
  return Object.fromEntries(PERCENTILES.map((name) => [name, ms(latencyUs?.[name])])) as Record<
    keyof LatencyMs,
    number | null
  >;
}

/** Measures the server's work for the messages. Its first report has what starting used up. */
function measureWork(cell: RepetitionResult) {
  const { final, evidence } = cell;
  const usage = usageOf(cell);
  const perMessage = (count: number | null) => ratio(count, countServed(cell));
  const perWait = (count: number | undefined) => ratio(count ?? null, final?.calls.wait ?? 0);
  const sumUsed = (...names: (keyof FinalLine["usage"])[]) =>
    usage && names.reduce((sum, name) => sum + Math.max(0, usage.end[name] - usage.start[name]), 0);
  const scanning = final !== null && final.descriptorsScanned > 0 ? final : null;
  return {
    userPerMessageUs: perMessage(sumUsed("userUs")),
    systemPerMessageUs: perMessage(sumUsed("systemUs")),
    cpuPerMessageUs: perMessage(sumUsed("userUs", "systemUs")),
    voluntaryPerMessage: perMessage(sumUsed("voluntarySwitches")),
    involuntaryPerMessage: perMessage(sumUsed("involuntarySwitches")),
    switchesPerMessage: perMessage(sumUsed("voluntarySwitches", "involuntarySwitches")),
    /** System calls of the data plane: accept, recv, send, wait, and changes to the set that is waited for. */
    callsPerMessage: final ? perMessage(sumOf(final.calls)) : sampledCallsPerMessage(evidence),
    eventsPerWait: perWait(final?.events),
    /** Descriptor numbers the kernel goes through in one wait; select(2) only. */
    descriptorsPerWait: perWait(scanning?.descriptorsScanned),
    /** Words of bitmap the server scans after a wait; select(2) only. */
    wordsPerWait: perWait(scanning?.wordsScanned),
  };
}

/**
 * Returns the usage of the server when it was ready and at its end: its own report, or that of its processes in
 * /proc.
 */
function usageOf({ listening, final, evidence: { tree } }: RepetitionResult) {
  if (listening && final) return { start: listening.usage, end: final.usage };
  return tree && { start: tree.ready, end: tree.end };
}

/** Counts the messages that the server served: by its own ledger, or by the client's. */
function countServed({ final, client, probe }: RepetitionResult): number {
  if (final) return final.requests;
  return client ? client.achieved.messages + client.achieved.proofs + (probe?.messages ?? 0) : 0;
}

function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

function sampledCallsPerMessage({ sampledCalls }: RepetitionResult["evidence"]): number | null {
  return sampledCalls && ratio(sumOf(sampledCalls.calls), sampledCalls.messages);
}

function measureMemory(cell: RepetitionResult) {
  const { final, client } = cell;
  const { server } = cell.evidence;
  const startKiB = usageOf(cell)?.start.maxRssKiB ?? cell.listening?.usage.maxRssKiB ?? null;
  const [sampledKiB, threads] = (["rssKiB", "threads"] as const).map((name) =>
    server.reduce((most, sample) => Math.max(most, sample[name]), 0),
  );
  const peakKiB = sampledKiB || (final?.usage.maxRssKiB ?? null);
  const grownKiB = peakKiB === null || startKiB === null ? null : peakKiB - startKiB;
  return {
    rssPeakMiB: ratio(peakKiB, 1024),
    /** Growth of the server's RSS since it began to listen, divided by the connections. */
    rssPerConnectionKiB: ratio(grownKiB && Math.max(0, grownKiB), final?.peak ?? client?.achieved.held ?? 0),
    threadsPeak: threads || null,
  };
}

function ratio(part: number | null, whole: number): number | null {
  return part === null || whole <= 0 ? null : part / whole;
}
