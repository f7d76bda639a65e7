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

/** Kinds of figures: from the client's clock, from processor time, or a plain amount. Each has its own doubts. */
type Kind = "time" | "work" | "amount";

interface Compared {
  readonly quantity: Quantity;
  readonly kind: Kind;
}

export const COMPARED: Readonly<Record<ComparedQuantity, Compared>> = {
  rate: { quantity: RATE, kind: "time" },
  p50: { quantity: RESPONSE_P50, kind: "time" },
  p99: { quantity: RESPONSE_P99, kind: "time" },
  "intended-p99": { quantity: INTENDED_P99, kind: "time" },
  cpu: { quantity: CPU_PER_MESSAGE, kind: "work" },
  memory: { quantity: MEMORY, kind: "amount" },
  "memory-per-connection": { quantity: MEMORY_PER_CONNECTION, kind: "amount" },
  switches: { quantity: SWITCHES, kind: "work" },
  held: { quantity: HELD, kind: "amount" },
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
  "listen-overflow": ["time"],
};

/** Returns the doubts of a cell that spoil this quantity. */
export function doubtsOf(name: ComparedQuantity, doubts: readonly DoubtReason[]): DoubtReason[] {
  return doubts.filter((reason) => FALSIFIED[reason].includes(COMPARED[name].kind));
}
