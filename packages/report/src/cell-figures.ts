import type {
  CellResult,
  Clock,
  FinalLine,
  LatencySummary,
  ListeningLine,
  ServerName,
} from "@c10k-lab/protocol";
import { busiestCorePercent } from "./cpu-share.ts";

/** Milliseconds, as reports print them; null where nothing was measured. */
interface LatencyMs {
  readonly mean: number | null;
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p99: number | null;
  readonly p999: number | null;
  readonly max: number | null;
}

/** What follows from one cell. A missing piece of evidence makes nulls, never zeros. */
export interface CellFigures {
  readonly cell: CellResult;
  readonly server: ServerName;
  readonly connections: number;
  /** Connected and not refused by the server. */
  readonly established: number | null;
  readonly messages: number | null;
  readonly messagesPerSecond: number | null;
  readonly latency: Readonly<Record<Clock, LatencyMs>>;
  readonly userPerMessageUs: number | null;
  readonly systemPerMessageUs: number | null;
  readonly cpuPerMessageUs: number | null;
  /** Of one core, while messages were exchanged. */
  readonly serverCorePercent: number | null;
  readonly clientCorePercent: number | null;
  readonly rssPeakMiB: number | null;
  /** What the server grew by since it began to listen, shared among the connections. */
  readonly rssPerConnectionKiB: number | null;
  readonly threadsPeak: number | null;
  readonly voluntaryPerMessage: number | null;
  readonly involuntaryPerMessage: number | null;
  readonly switchesPerMessage: number | null;
  readonly eventsPerWait: number | null;
  readonly wordsPerWait: number | null;
}

export function figuresOf(cell: CellResult): CellFigures {
  const client = cell.client;
  return {
    cell,
    server: cell.server,
    connections: cell.connections,
    established: establishedIn(cell),
    messages: client?.achieved.messages ?? null,
    messagesPerSecond: client?.achieved.messagesPerSecond ?? null,
    latency: {
      connect: inMs(client?.latencyUs.connect),
      firstResponse: inMs(client?.latencyUs.firstResponse),
      response: inMs(client?.latencyUs.response),
      intended: inMs(client?.latencyUs.intended),
    },
    ...cpuOf(cell),
    ...memoryOf(cell),
    ...switchesOf(cell),
    eventsPerWait: cell.final === null ? null : ratio(cell.final.events, cell.final.calls.wait),
    wordsPerWait: cell.final === null ? null : ratio(cell.final.wordsScanned, cell.final.calls.wait),
  };
}

/** The kernel completes a handshake before the server has a say, so a refused connection was "connected" too. */
function establishedIn({ client, final, probe }: CellResult): number | null {
  const served = final === null ? null : final.accepted - final.refused - (probe?.connections ?? 0);
  if (client === null) return served;
  return served === null ? client.achieved.established : Math.min(client.achieved.established, served);
}

function inMs(latencyUs: LatencySummary | undefined): LatencyMs {
  const ms = (us: number | null | undefined) => (us === null || us === undefined ? null : us / 1000);
  return {
    mean: ms(latencyUs?.mean),
    p50: ms(latencyUs?.p50),
    p90: ms(latencyUs?.p90),
    p99: ms(latencyUs?.p99),
    p999: ms(latencyUs?.p999),
    max: ms(latencyUs?.max),
  };
}

function cpuOf(cell: CellResult) {
  const server = serverEnds(cell);
  const userUs = server && server.final.usage.userUs - server.listening.usage.userUs;
  const systemUs = server && server.final.usage.systemUs - server.listening.usage.systemUs;
  const cpuUs = userUs === null || systemUs === null ? null : userUs + systemUs;
  const requests = cell.final?.requests ?? 0;
  return {
    userPerMessageUs: ratio(userUs, requests),
    systemPerMessageUs: ratio(systemUs, requests),
    cpuPerMessageUs: ratio(cpuUs, requests),
    serverCorePercent: busiestCorePercent(cell.evidence.server, cell.client?.achieved.messagingMs ?? 0),
    clientCorePercent: clientsCorePercent(cell),
  };
}

/** Of all clients together: they exchange messages at the same time. */
function clientsCorePercent({ evidence, client }: CellResult): number | null {
  const shares = evidence.clients.map((samples) =>
    busiestCorePercent(samples, client?.achieved.messagingMs ?? 0),
  );
  return shares.reduce((sum, share) => (sum === null || share === null ? null : sum + share), 0);
}

function memoryOf(cell: CellResult) {
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

function switchesOf(cell: CellResult) {
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

/** Only the difference counts: what starting used up is not the load's doing. */
function serverEnds({ listening, final }: CellResult): { listening: ListeningLine; final: FinalLine } | null {
  return listening === null || final === null ? null : { listening, final };
}

function ratio(part: number | null, whole: number): number | null {
  return part === null || whole <= 0 ? null : part / whole;
}
