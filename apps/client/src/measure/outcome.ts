import { posix } from "@c10k-lab/posix";
import { OUTCOMES, type Outcome } from "@c10k-lab/protocol/names";

/** Code of each outcome in the results table: its index in OUTCOMES. */
export const OUTCOME = Object.fromEntries(OUTCOMES.map((name, index) => [name, index])) as Record<
  Outcome,
  number
>;

const BY_ERRNO: ReadonlyMap<number, Outcome> = new Map<number, Outcome>([
  [posix.ECONNREFUSED, "refused"],
  [posix.ETIMEDOUT, "connect-timeout"],
  [posix.ENETUNREACH, "unreachable"],
  [posix.EHOSTUNREACH, "unreachable"],
  [posix.EADDRNOTAVAIL, "no-ports"],
  [posix.EADDRINUSE, "no-ports"],
  [posix.EMFILE, "no-descriptors"],
  [posix.ENFILE, "no-descriptors"],
  [posix.ECONNRESET, "reset"],
  [posix.EPIPE, "reset"],
]);

/** Converts an error number of socket(2), connect(2), send(2) or recv(2) to the code of an outcome. */
export function outcomeOfErrno(errno: number): number {
  return OUTCOME[BY_ERRNO.get(errno) ?? "error"];
}
