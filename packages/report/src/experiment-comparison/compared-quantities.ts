import type { ComparedQuantity, DoubtReason } from "@c10k-lab/protocol";
import {
  CPU_PER_MESSAGE,
  HELD,
  INTENDED_P99,
  MEMORY,
  MEMORY_PER_CONNECTION,
  type Quantity,
  RATE,
  RESPONSE_P50,
  RESPONSE_P99,
  SWITCHES,
} from "../model/quantities.ts";

/** Kinds of figures: from the client's clock, from processor time, or a plain amount. Each has its own doubts. */
type Kind = "time" | "work" | "amount";

interface Compared {
  /** Name in the table, with the unit. */
  readonly label: string;
  readonly quantity: Quantity;
  readonly kind: Kind;
}

export const COMPARED: Readonly<Record<ComparedQuantity, Compared>> = {
  rate: { label: "messages/s", quantity: RATE, kind: "time" },
  p50: { label: "p50 ms", quantity: RESPONSE_P50, kind: "time" },
  p99: { label: "p99 ms", quantity: RESPONSE_P99, kind: "time" },
  "intended-p99": { label: "intended p99 ms", quantity: INTENDED_P99, kind: "time" },
  cpu: { label: "CPU µs/message", quantity: CPU_PER_MESSAGE, kind: "work" },
  memory: { label: "peak RSS MiB", quantity: MEMORY, kind: "amount" },
  "memory-per-connection": { label: "KiB/connection", quantity: MEMORY_PER_CONNECTION, kind: "amount" },
  switches: { label: "switches/message", quantity: SWITCHES, kind: "work" },
  held: { label: "held", quantity: HELD, kind: "amount" },
};

const EVERYTHING: readonly Kind[] = ["time", "work", "amount"];

/** Kinds that a reason spoils: a busy client spoils its own clock, not the server's CPU time. */
const FALSIFIED: Readonly<Record<DoubtReason, readonly Kind[]>> = {
  status: EVERYTHING,
  ledgers: EVERYTHING,
  "not-held": EVERYTHING,
  "client-limit": ["time"],
  "loop-lag": ["time"],
  "send-lag": ["time"],
  stolen: ["time", "work"],
  "busy-host": ["time", "work"],
  throttled: ["time", "work"],
  "one-processor": ["time", "work"],
  "listen-overflow": ["time"],
};

/** Returns the doubts of a cell that spoil this quantity. */
export function selectDoubts(name: ComparedQuantity, doubts: readonly DoubtReason[]): DoubtReason[] {
  return doubts.filter((reason) => FALSIFIED[reason].includes(COMPARED[name].kind));
}
