import { allowedProcessors, pinTo } from "@c10k-lab/posix";

/** Numbers of the processors that each side may use. */
export interface Processors {
  readonly server: number[];
  readonly client: number[];
}

/**
 * Divides the allowed processors: the first is the server's, the second the client's. They then take no time from each
 * other, and every architecture runs on the same one core.
 *
 * @returns null when only one processor is allowed
 */
export function divideProcessors(): Processors | null {
  const [server, client] = allowedProcessors();
  return server === undefined || client === undefined ? null : { server: [server], client: [client] };
}

/**
 * Calls `start` while this thread is pinned: a child process inherits the affinity of the thread that forks it.
 *
 * @param processors null for no change
 */
export function startOn<T>(processors: readonly number[] | null, start: () => T): T {
  if (processors === null) return start();
  const own = allowedProcessors();
  pinTo(processors);
  try {
    return start();
  } finally {
    pinTo(own);
  }
}
