import type { Axis, FindingQuantity, Percentile, RepetitionResult } from "@c10k-lab/protocol";

export type Read = (repetition: RepetitionResult) => number | null;

/**
 * Readers of the quantities of a load that was measured from start to end: µs, messages/s or connections/s, and ms; null
 * where a repetition has none.
 */
export const WHOLE_READERS: Readonly<Record<Exclude<FindingQuantity, "held">, Read>> = {
  cost: readCost,
  rate: ({ client }) => client?.achieved.messagesPerSecond || null,
  p99: ({ client }) => {
    const clocks = client?.latencyUs;
    return inMs(clocks?.intended.count ? clocks.intended.p99 : clocks?.response.p99);
  },
  "first-response-p99": ({ client }) => inMs(client?.latencyUs.firstResponse.p99),
  "wall-time": ({ client, clients }) => (clients > 1 ? null : (client?.achieved.durationMs ?? null)),
  "connection-rate": ({ client, clients }) => {
    if (client === null || clients > 1) return null;
    const { completed, durationMs } = client.achieved;
    return completed > 0 && durationMs > 0 ? completed / (durationMs / 1000) : null;
  },
};

export type WholeQuantity = keyof typeof WHOLE_READERS;

/** Quantities that answer the question of an axis, the first one first. */
const BY_AXIS: Readonly<Record<Axis, readonly WholeQuantity[]>> = {
  connections: ["rate", "cost", "p99"],
  idle: ["rate", "cost", "p99"],
  rate: ["cost", "p99"],
  size: ["rate", "cost"],
  backlog: ["first-response-p99", "wall-time"],
  "connect-rate": ["connection-rate", "first-response-p99"],
};

/** Returns the quantities to compare. An open loop offers the same rate to all; a fixed number of messages takes a time. */
export function wholeQuantities(group: readonly RepetitionResult[]): readonly WholeQuantity[] {
  const axis = group[0]?.axis ?? "connections";
  const quantities = BY_AXIS[axis];
  if (isOpenLoop(group)) return quantities.filter((quantity) => quantity !== "rate");
  if (axis !== "connections" || !hasFixedMessages(group)) return quantities;
  return ["p99", "wall-time", "cost"];
}

export function isOpenLoop(repetitions: readonly RepetitionResult[]): boolean {
  return repetitions.some(({ client }) => (client?.latencyUs.intended.count ?? 0) > 0);
}

/** Returns whether the client was asked for a number of messages, not for a duration. */
export function hasFixedMessages(repetitions: readonly RepetitionResult[]): boolean {
  return repetitions.some(({ client }) => (client?.asked?.messages ?? null) !== null);
}

/** Returns the values of the repetitions that have one. */
export function wholeValues(repetitions: readonly RepetitionResult[], read: Read): number[] {
  return repetitions.map(read).filter((value) => value !== null);
}

/** Divides the CPU time between the first and the last report by the messages: starting up is in the first one. */
function readCost({ listening, final }: RepetitionResult): number | null {
  if (!listening || !final || !(final.requests > 0)) return null;
  const usedUs = (line: { usage: { userUs: number; systemUs: number } }) =>
    line.usage.userUs + line.usage.systemUs;
  return (usedUs(final) - usedUs(listening)) / final.requests || null;
}

/** Returns a percentile in ms; null for an infinite one, which has no ratio. */
function inMs(us: Percentile | undefined): number | null {
  return typeof us === "number" && us > 0 ? us / 1000 : null;
}
