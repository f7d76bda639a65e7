import { posix } from "@c10k-lab/posix";

/** Results of one attempt to accept. */
export const ACCEPTED = 0;
/** The accept queue is empty. */
export const ACCEPT_DONE = 1;
/** One connection failed; the next may succeed. */
export const ACCEPT_RETRY = 2;
/** The server lacks a resource, so the next attempt would fail as well. */
export const ACCEPT_PAUSE = 3;

/**
 * Errors of a server without descriptors or memory. Every other error belongs to the one connection that was being
 * accepted ("treat them like EAGAIN by retrying", accept(2)).
 */
const RESOURCE_ERRORS: ReadonlySet<number> = new Set([
  posix.EMFILE,
  posix.ENFILE,
  posix.ENOBUFS,
  posix.ENOMEM,
]);

/** Returns ACCEPT_DONE, ACCEPT_RETRY or ACCEPT_PAUSE for an error of accept4(2). */
export function classifyAcceptError(errno: number): number {
  if (errno === posix.EAGAIN) return ACCEPT_DONE;
  return RESOURCE_ERRORS.has(errno) ? ACCEPT_PAUSE : ACCEPT_RETRY;
}
