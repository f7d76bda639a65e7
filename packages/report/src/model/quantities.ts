import { type QuantityName, type QuantityWords, quantityWords } from "@c10k-lab/words";
import type { RepetitionFigures } from "./repetition-figures.ts";

/** Value of a quantity in a repetition, or the median over those of a cell; null where it was not measured. */
export type Value = (figures: RepetitionFigures) => number | null;

/** A quantity that variants are compared by. */
export interface Quantity extends QuantityWords {
  readonly name: QuantityName;
  readonly better: "high" | "low";
  readonly value: Value;
}

export const RATE = quantity("rate", "high", (cell) => cell.messagesPerSecond);
/** Payload of both directions together. */
export const DATA_RATE = quantity("data-rate", "high", (cell) => cell.mibPerSecond);
export const CONNECTION_RATE = quantity("connection-rate", "high", (cell) => cell.connectionsPerSecond);
export const RESPONSE_P50 = quantity("p50", "low", (cell) => cell.latency.response.p50);
export const RESPONSE_P99 = quantity("p99", "low", (cell) => cell.latency.response.p99);
export const RESPONSE_MAX = quantity("max", "low", (cell) => cell.latency.response.max);
/** Open loop: time from the moment a message was due. */
export const INTENDED_P99 = quantity("intended-p99", "low", (cell) => cell.latency.intended.p99);
export const FIRST_RESPONSE_P99 = quantity(
  "first-response-p99",
  "low",
  (cell) => cell.latency.firstResponse.p99,
);
export const CONNECT_P99 = quantity("connect-p99", "low", (cell) => cell.latency.connect.p99);
export const CPU_PER_MESSAGE = quantity("cpu", "low", (cell) => cell.cpuPerMessageUs);
export const CORE_SHARE = quantity("core-share", "high", (cell) => cell.serverCorePercent);
export const MEMORY = quantity("memory", "low", (cell) => cell.rssPeakMiB);
export const MEMORY_PER_CONNECTION = quantity(
  "memory-per-connection",
  "low",
  (cell) => cell.rssPerConnectionKiB,
);
/** Bytes of a connection in server, clients and kernel together. */
export const CONNECTION_BYTES = quantity("connection-bytes", "low", (cell) => cell.connectionBytes);
export const OPEN_RATE = quantity("open-rate", "high", (cell) => cell.openedPerSecond);
export const SWITCHES = quantity("switches", "low", (cell) => cell.switchesPerMessage);
export const HELD = quantity("held", "high", (cell) => cell.held);
export const DESCRIPTORS = quantity("descriptors", "low", (cell) => cell.descriptorsPerWait);
export const OVERFLOWS = quantity("overflows", "low", (cell) => cell.listenOverflows);

function quantity(name: QuantityName, better: Quantity["better"], value: Value): Quantity {
  return { name, better, value, ...quantityWords(name) };
}
