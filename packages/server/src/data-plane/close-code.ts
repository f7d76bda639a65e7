import { posix } from "@c10k-lab/posix";
import { CLOSE_REASONS, type CloseReason } from "@c10k-lab/protocol/names";

/** Codes of the close reasons in the ledger: indexes into CLOSE_REASONS. */
export const CLOSE_CODE = Object.fromEntries(CLOSE_REASONS.map((reason, index) => [reason, index])) as Record<
  CloseReason,
  number
>;

/** Returns the reason for closing after a failed recv(2) or send(2). */
export function reasonOfErrno(errno: number): number {
  switch (errno) {
    case posix.ECONNRESET:
    case posix.EPIPE:
      return CLOSE_CODE.reset;
    // The kernel gave the peer up: keepalive, TCP_USER_TIMEOUT or retransmissions, see tcp(7).
    case posix.ETIMEDOUT:
    case posix.EHOSTUNREACH:
    case posix.ENETUNREACH:
      return CLOSE_CODE.vanished;
    default:
      return CLOSE_CODE.error;
  }
}
