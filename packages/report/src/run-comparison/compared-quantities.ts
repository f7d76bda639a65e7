import type { ComparedQuantity, DoubtReason } from "@c10k-lab/protocol";
import type { Quantity } from "../model/quantities.ts";
import {
  CPU_PER_MESSAGE,
  HELD,
  INTENDED_P99,
  MEMORY,
  MEMORY_PER_CONNECTION,
  RATE,
  RESPONSE_P50,
  RESPONSE_P99,
  SWITCHES,
} from "../model/quantities.ts";

/** What can falsify a figure depends on what it is: the client's clock, processor time, or a plain amount. */
type Kind = "time" | "work" | "amount";

interface Compared {
  readonly quantity: Quantity;
  /** Of its rows. */
  readonly label: string;
  readonly kind: Kind;
}

export const COMPARED: Readonly<Record<ComparedQuantity, Compared>> = {
  rate: { quantity: RATE, label: "messages/s", kind: "time" },
  p50: { quantity: RESPONSE_P50, label: "p50 ms", kind: "time" },
  p99: { quantity: RESPONSE_P99, label: "p99 ms", kind: "time" },
  "intended-p99": { quantity: INTENDED_P99, label: "intended p99 ms", kind: "time" },
  cpu: { quantity: CPU_PER_MESSAGE, label: "CPU µs/message", kind: "work" },
  memory: { quantity: MEMORY, label: "peak RSS MiB", kind: "amount" },
  "memory-per-connection": { quantity: MEMORY_PER_CONNECTION, label: "KiB/connection", kind: "amount" },
  switches: { quantity: SWITCHES, label: "switches/message", kind: "work" },
  held: { quantity: HELD, label: "held", kind: "amount" },
};

const EVERYTHING: readonly Kind[] = ["time", "work", "amount"];

/** A client at its limit is in its own clock and not in the server's CPU time; a stolen processor is in no memory. */
const FALSIFIED: Readonly<Record<DoubtReason, readonly Kind[]>> = {
  status: EVERYTHING,
  books: EVERYTHING,
  "not-held": EVERYTHING,
  "client-limit": ["time"],
  "loop-lag": ["time"],
  "send-lag": ["time"],
  stolen: ["time", "work"],
  "busy-host": ["time", "work"],
  throttled: ["time", "work"],
  "listen-overflow": ["time"],
};

/** Those of a cell's doubts that are doubts of this quantity. */
export function doubtsOf(name: ComparedQuantity, doubts: readonly DoubtReason[]): DoubtReason[] {
  return doubts.filter((reason) => FALSIFIED[reason].includes(COMPARED[name].kind));
}
