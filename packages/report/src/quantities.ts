import type { Quantity } from "./comparison.ts";
import { about, figure, integer, percent } from "./numbers.ts";

/** What servers are compared by, each said once for findings, titles and captions. */

export const RATE: Quantity = {
  what: "rate",
  unit: "messages/s",
  better: "high",
  value: (cell) => cell.messagesPerSecond,
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
