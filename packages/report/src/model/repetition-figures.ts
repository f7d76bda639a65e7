import {
  type Clock,
  type FinalLine,
  INFINITE,
  type LatencySummary,
  type ListeningLine,
  type Percentile,
  type RepetitionResult,
} from "@c10k-lab/protocol";
import { sliceFigures } from "./slice-figures.ts";

/** Percentiles of a clock, ms; null where nothing was measured, Infinity where so many messages never came back. */
interface LatencyMs {
  readonly mean: number | null;
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p99: number | null;
  readonly p999: number | null;
  readonly max: number | null;
}

/** Figures of one repetition. A missing piece of evidence makes nulls, never zeros. */
export interface RepetitionFigures {
  /** Connections established and not refused by the server. */
  readonly established: number | null;
  /** Connections open at one time: proven by verified echoes, and at most the server's peak. */
  readonly held: number | null;
  readonly messages: number | null;
  readonly messagesPerSecond: number | null;
  /** Payload of both directions together, by the time messages were exchanged. */
  readonly mibPerSecond: number | null;
  /** Connections that ended well, by `wallMs`. */
  readonly connectionsPerSecond: number | null;
  /** Time from the first connect(2) to the last close(2); null with several clients, which wait for a common start. */
  readonly wallMs: number | null;
  readonly latency: Readonly<Record<Clock, LatencyMs>>;
  readonly userPerMessageUs: number | null;
  readonly systemPerMessageUs: number | null;
  readonly cpuPerMessageUs: number | null;
  /** Per cent of one core while messages were exchanged. */
  readonly serverCorePercent: number | null;
  readonly clientCorePercent: number | null;
  readonly rssPeakMiB: number | null;
  /** Growth of the server's RSS since it began to listen, divided by the connections. */
  readonly rssPerConnectionKiB: number | null;
  readonly threadsPeak: number | null;
  readonly voluntaryPerMessage: number | null;
  readonly involuntaryPerMessage: number | null;
  readonly switchesPerMessage: number | null;
  /** System calls of the data plane: accept, recv, send, wait, and changes to the set that is waited for. */
  readonly callsPerMessage: number | null;
  readonly eventsPerWait: number | null;
  /** Descriptor numbers the kernel goes through in one wait, and words of bitmap the server scans after it; select(2) only. */
  readonly descriptorsPerWait: number | null;
  readonly wordsPerWait: number | null;
  /** Connections the kernel refused because the accept queue was full, client's attempts included. */
  readonly listenOverflows: number | null;
  /** TCP segments that were sent again, of the whole network namespace. */
  readonly segmentsRetransmitted: number | null;
}

export function computeFigures(cell: RepetitionResult): RepetitionFigures {
  const client = cell.client;
  return {
    established: establishedIn(cell),
    held: client && cell.final ? Math.min(client.achieved.held, cell.final.peak) : null,
    messages: client?.achieved.messages ?? null,
    messagesPerSecond: client?.achieved.messagesPerSecond ?? null,
    ...speedOf(cell),
    latency: {
      connect: inMs(client?.latencyUs.connect),
      firstResponse: inMs(client?.latencyUs.firstResponse),
      response: inMs(client?.latencyUs.response),
      intended: inMs(client?.latencyUs.intended),
    },
    ...cpuOf(cell),
    ...memoryOf(cell),
    ...switchesOf(cell),
    ...callsOf(cell),
    listenOverflows: cell.evidence.tcp.ListenOverflows ?? null,
    segmentsRetransmitted: cell.evidence.tcp.RetransSegs ?? null,
    ...sliceFigures(cell),
  };
}

function speedOf({ client, clients }: RepetitionResult) {
  if (client === null) return { mibPerSecond: null, connectionsPerSecond: null, wallMs: null };
  const { bytesSent, bytesReceived, messagingMs, completed, durationMs } = client.achieved;
  return {
    mibPerSecond: ratio((bytesSent + bytesReceived) / 2 ** 20, messagingMs / 1000),
    connectionsPerSecond: clients > 1 ? null : ratio(completed, durationMs / 1000),
    wallMs: clients > 1 ? null : durationMs,
  };
}

/** The kernel completes a handshake before the server has a say, so a refused connection was "connected" too. */
function establishedIn({ client, final, probe }: RepetitionResult): number | null {
  const served = final === null ? null : final.accepted - final.refused - (probe?.connections ?? 0);
  if (client === null) return served;
  return served === null ? client.achieved.established : Math.min(client.achieved.established, served);
}

function inMs(latencyUs: LatencySummary | undefined): LatencyMs {
  const ms = (us: Percentile | undefined) => {
    if (us === INFINITE) return Number.POSITIVE_INFINITY;
    return us === null || us === undefined ? null : us / 1000;
  };
  return {
    mean: ms(latencyUs?.mean),
    p50: ms(latencyUs?.p50),
    p90: ms(latencyUs?.p90),
    p99: ms(latencyUs?.p99),
    p999: ms(latencyUs?.p999),
    max: ms(latencyUs?.max),
  };
}

function cpuOf(cell: RepetitionResult) {
  const server = serverEnds(cell);
  const userUs = server && server.final.usage.userUs - server.listening.usage.userUs;
  const systemUs = server && server.final.usage.systemUs - server.listening.usage.systemUs;
  const cpuUs = userUs === null || systemUs === null ? null : userUs + systemUs;
  const requests = cell.final?.requests ?? 0;
  return {
    userPerMessageUs: ratio(userUs, requests),
    systemPerMessageUs: ratio(systemUs, requests),
    cpuPerMessageUs: ratio(cpuUs, requests),
    serverCorePercent: cell.evidence.corePercent.server,
    clientCorePercent: cell.evidence.corePercent.clients,
  };
}

function memoryOf(cell: RepetitionResult) {
  const { listening, final } = cell;
  const sampled = cell.evidence.server.reduce((most, sample) => Math.max(most, sample.rssKiB), 0);
  const peakKiB = sampled > 0 ? sampled : (final?.usage.maxRssKiB ?? null);
  const grownKiB = peakKiB === null || listening === null ? null : peakKiB - listening.usage.maxRssKiB;
  const threads = cell.evidence.server.reduce((most, sample) => Math.max(most, sample.threads), 0);
  return {
    rssPeakMiB: ratio(peakKiB, 1024),
    rssPerConnectionKiB: grownKiB === null ? null : ratio(Math.max(0, grownKiB), final?.peak ?? 0),
    threadsPeak: threads > 0 ? threads : null,
  };
}

function switchesOf(cell: RepetitionResult) {
  const server = serverEnds(cell);
  const requests = cell.final?.requests ?? 0;
  const voluntary = server && server.final.usage.voluntarySwitches - server.listening.usage.voluntarySwitches;
  const involuntary =
    server && server.final.usage.involuntarySwitches - server.listening.usage.involuntarySwitches;
  return {
    voluntaryPerMessage: ratio(voluntary, requests),
    involuntaryPerMessage: ratio(involuntary, requests),
    switchesPerMessage:
      voluntary === null || involuntary === null ? null : ratio(voluntary + involuntary, requests),
  };
}

function callsOf({ final }: RepetitionResult) {
  if (final === null) {
    return { callsPerMessage: null, eventsPerWait: null, descriptorsPerWait: null, wordsPerWait: null };
  }
  const { calls, requests, events, descriptorsScanned, wordsScanned } = final;
  const all = Object.values(calls).reduce((sum, count) => sum + count, 0);
  const scans = descriptorsScanned > 0;
  return {
    callsPerMessage: ratio(all, requests),
    eventsPerWait: ratio(events, calls.wait),
    descriptorsPerWait: scans ? ratio(descriptorsScanned, calls.wait) : null,
    wordsPerWait: scans ? ratio(wordsScanned, calls.wait) : null,
  };
}

/** Returns both reports of the server's usage: starting used up the first, so the load caused the difference. */
function serverEnds({
  listening,
  final,
}: RepetitionResult): { listening: ListeningLine; final: FinalLine } | null {
  return listening === null || final === null ? null : { listening, final };
}

function ratio(part: number | null, whole: number): number | null {
  return part === null || whole <= 0 ? null : part / whole;
}
