import { about, figure, integer, percent } from "@c10k-lab/words";
import type { RunFigures } from "./run-figures.ts";

/** Quantities that servers are compared by, each defined once for findings, titles and captions. */

/** One quantity that can be compared between variants. */
export interface Quantity {
  /** As in "threaded's p99 response time was …". */
  readonly what: string;
  readonly unit: string;
  readonly better: "high" | "low";
  readonly value: (run: RunFigures) => number | null;
  readonly format: (value: number) => string;
}

export const RATE: Quantity = {
  what: "rate",
  unit: "messages/s",
  better: "high",
  value: (cell) => cell.messagesPerSecond,
  format: about,
};

/** Payload of both directions together. */
export const DATA_RATE: Quantity = {
  what: "data rate",
  unit: "MiB/s",
  better: "high",
  value: (cell) => cell.mibPerSecond,
  format: about,
};

export const CONNECTION_RATE: Quantity = {
  what: "rate of new connections",
  unit: "connections/s",
  better: "high",
  value: (cell) => cell.connectionsPerSecond,
  format: about,
};

/** From the first connect(2) to the last close(2). */
export const WALL_TIME: Quantity = {
  what: "wall time",
  unit: "ms",
  better: "low",
  value: (cell) => cell.wallMs,
  format: about,
};

export const RESPONSE_P50: Quantity = {
  what: "median response time",
  unit: "ms",
  better: "low",
  value: (cell) => cell.latency.response.p50,
  format: about,
};

export const RESPONSE_P99: Quantity = {
  what: "p99 response time",
  unit: "ms",
  better: "low",
  value: (cell) => cell.latency.response.p99,
  format: about,
};

/** From when messages were due: of an open loop, which has such moments. */
export const INTENDED_P99: Quantity = {
  what: "p99 intended response time",
  unit: "ms",
  better: "low",
  value: (cell) => cell.latency.intended.p99,
  format: about,
};

export const RESPONSE_P999: Quantity = {
  what: "p99.9 response time",
  unit: "ms",
  better: "low",
  value: (cell) => cell.latency.response.p999,
  format: about,
};

export const RESPONSE_MAX: Quantity = {
  what: "maximum response time",
  unit: "ms",
  better: "low",
  value: (cell) => cell.latency.response.max,
  format: about,
};

export const FIRST_RESPONSE_P99: Quantity = {
  what: "p99 time to the first response",
  unit: "ms",
  better: "low",
  value: (cell) => cell.latency.firstResponse.p99,
  format: about,
};

export const CONNECT_P99: Quantity = {
  what: "p99 connect time",
  unit: "ms",
  better: "low",
  value: (cell) => cell.latency.connect.p99,
  format: about,
};

export const CPU_PER_MESSAGE: Quantity = {
  what: "CPU time per message",
  unit: "µs of CPU per message",
  better: "low",
  value: (cell) => cell.cpuPerMessageUs,
  format: figure,
};

export const CORE_SHARE: Quantity = {
  what: "share of one core",
  unit: "of one core",
  better: "high",
  value: (cell) => cell.serverCorePercent,
  format: percent,
};

export const MEMORY: Quantity = {
  what: "peak memory",
  unit: "MiB",
  better: "low",
  value: (cell) => cell.rssPeakMiB,
  format: figure,
};

export const MEMORY_PER_CONNECTION: Quantity = {
  what: "memory per connection",
  unit: "KiB per connection",
  better: "low",
  value: (cell) => cell.rssPerConnectionKiB,
  format: figure,
};

export const SWITCHES: Quantity = {
  what: "count of context switches per message",
  unit: "context switches per message",
  better: "low",
  value: (cell) => cell.switchesPerMessage,
  format: figure,
};

export const HELD: Quantity = {
  what: "count of connections held",
  unit: "connections",
  better: "high",
  value: (cell) => cell.held,
  format: integer,
};

export const DESCRIPTORS: Quantity = {
  what: "descriptors scanned per wait",
  unit: "descriptors scanned per wait",
  better: "low",
  value: (cell) => cell.descriptorsPerWait,
  format: about,
};

export const CALLS: Quantity = {
  what: "system calls per message",
  unit: "system calls per message",
  better: "low",
  value: (cell) => cell.callsPerMessage,
  format: figure,
};

export const EVENTS: Quantity = {
  what: "ready descriptors per wake-up",
  unit: "ready descriptors per wake-up",
  better: "high",
  value: (cell) => cell.eventsPerWait,
  format: figure,
};

export const OVERFLOWS: Quantity = {
  what: "accept queue overflows",
  unit: "accept queue overflows",
  better: "low",
  value: (cell) => cell.listenOverflows,
  format: about,
};

export const RETRANSMITTED: Quantity = {
  what: "segments sent again",
  unit: "segments sent again",
  better: "low",
  value: (cell) => cell.segmentsRetransmitted,
  format: about,
};
