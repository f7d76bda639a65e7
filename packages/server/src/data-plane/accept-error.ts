import { posix } from "@c10k-lab/posix";

/** What an accept4(2) means for the next one. */
export const ACCEPTED = 0;
/** The queue is empty. */
export const ACCEPT_DONE = 1;
export const ACCEPT_RETRY = 2;
export const ACCEPT_PAUSE = 3;

/**
 * Nothing left to accept with, or an error no manual lists: either would come back at once, so rest. Every other error
 * belongs to the one connection that was being accepted ("treat them like EAGAIN by retrying", accept(2)).
 */
const RESOURCE_ERRORS: ReadonlySet<number> = new Set([
  posix.EMFILE,
  posix.ENFILE,
  posix.ENOBUFS,
  posix.ENOMEM,
]);

export function afterAcceptError(errno: number): number {
  if (errno === posix.EAGAIN) return ACCEPT_DONE;
  return RESOURCE_ERRORS.has(errno) ? ACCEPT_PAUSE : ACCEPT_RETRY;
}
