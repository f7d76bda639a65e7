import { allowedProcessors } from "@c10k-lab/posix";

/** Which processors each side may use. */
export interface Processors {
  readonly server: number[];
  readonly client: number[];
}

/**
 * One processor for the server, another for the client, where there are two: they do not take time from each other, and
 * every architecture has the same one core to show what it makes of it.
 *
 * @returns null when there is only one
 */
export function divideProcessors(): Processors | null {
  const [server, client] = allowedProcessors();
  return server === undefined || client === undefined ? null : { server: [server], client: [client] };
}
