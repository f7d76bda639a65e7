import { about, figure, integer, percent } from "./numbers.ts";

/** Words for a measured quantity. */
export interface QuantityWords {
  /** Noun, as in "threaded's p99 response time was …". */
  readonly what: string;
  readonly unit: string;
  readonly format: (value: number) => string;
}

const QUANTITIES = {
  rate: words("rate", "messages/s"),
  "data-rate": words("data rate", "MiB/s"),
  "connection-rate": words("rate of new connections", "connections/s"),
  "wall-time": words("wall time", "ms"),
  p50: words("median response time", "ms"),
  p99: words("p99 response time", "ms"),
  p999: words("p99.9 response time", "ms"),
  max: words("maximum response time", "ms"),
  "intended-p99": words("p99 intended response time", "ms"),
  "first-response-p99": words("p99 time to the first response", "ms"),
  "connect-p99": words("p99 connect time", "ms"),
  cpu: words("CPU time per message", "µs of CPU per message", figure),
  "core-share": words("share of one core", "of one core", percent),
  memory: words("peak memory", "MiB", figure),
  "memory-per-connection": words("memory per connection", "KiB per connection", figure),
  "connection-bytes": words("memory of a connection", "B a connection"),
  "open-rate": words("rate of opening connections", "connections/s"),
  switches: words("count of context switches per message", "context switches per message", figure),
  held: words("count of connections held", "connections", integer),
  descriptors: words("descriptors scanned per wait", "descriptors scanned per wait"),
  calls: words("system calls per message", "system calls per message", figure),
  events: words("ready descriptors per wake-up", "ready descriptors per wake-up", figure),
  overflows: words("accept queue overflows", "accept queue overflows"),
  retransmitted: words("segments sent again", "segments sent again"),
} satisfies Readonly<Record<string, QuantityWords>>;

export type QuantityName = keyof typeof QUANTITIES;

/** Returns noun, unit and number format of a quantity. */
export function quantityWords(name: QuantityName): QuantityWords {
  return QUANTITIES[name];
}

function words(what: string, unit: string, format: QuantityWords["format"] = about): QuantityWords {
  return { what, unit, format };
}
