import { CLOSE_REASONS, REFUSALS_AT_ACCEPT, type Refusal, type RefusalReason } from "../names.ts";
import type { RepetitionResult } from "./results.ts";

/** Errors of accept4(2) for lack of a resource. */
export const SHORTAGES = ["EMFILE", "ENFILE", "ENOBUFS", "ENOMEM"] as const;
type Shortage = (typeof SHORTAGES)[number];

const RAN_OUT_OF: Readonly<Record<Shortage, Refusal>> = {
  EMFILE: "no-descriptors",
  ENFILE: "no-descriptors",
  ENOBUFS: "no-kernel-memory",
  ENOMEM: "no-kernel-memory",
};

/** Returns why the server took only a part of the connections; null where it took all, or nothing says why it did not. */
export function findRefusal({ status, final }: Pick<RepetitionResult, "status" | "final">): Refusal | null {
  if (final === null) return null;
  const reason = CLOSE_REASONS.filter(isRefusalReason).find((one) => final.closed[one] > 0);
  if (reason !== undefined) return reason;
  // accept4(2) may fail for a moment and take the connection later: then all are well.
  if (status === "ok") return null;
  const shortage = SHORTAGES.find((name) => (final.acceptErrors[name] ?? 0) > 0);
  return shortage === undefined ? null : RAN_OUT_OF[shortage];
}

/** Returns whether the sign that a server carries no more is a refusal. */
export function isRefusal(cause: string | null): cause is Refusal {
  return cause !== null && (isRefusalReason(cause) || REFUSALS_AT_ACCEPT.some((one) => one === cause));
}

/** Returns whether connections with this close reason were accepted and closed at once. */
export function isRefusalReason(reason: string): reason is RefusalReason {
  return reason.startsWith("refused-");
}

/**
 * Counts the connections open at one time: proven by verified echoes, and at most the server's peak. Where the clients ended
 * before each connection had an echo, the peak in the server's ledger; null where the server left none.
 */
export function countHeld({ status, ledger, client, final }: HeldFacts): number | null {
  const peak = final?.peak ?? null;
  if (client === null || status === "cut-off") return peak ?? client?.achieved.held ?? null;
  if (peak === null && ledger === "both") return null;
  return Math.min(client.achieved.held, peak ?? Number.POSITIVE_INFINITY);
}

type HeldFacts = Pick<RepetitionResult, "status" | "ledger" | "client" | "final">;
