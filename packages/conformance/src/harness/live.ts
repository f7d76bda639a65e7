import type { ServerProcess } from "./server-process.ts";

interface LiveConnection {
  readonly bytesReceived: number;
}

/** What `/connections` lists. */
export async function live({ listening }: ServerProcess): Promise<LiveConnection[]> {
  const response = await fetch(`http://127.0.0.1:${listening.metricsPort}/connections`);
  return (await response.json()) as LiveConnection[];
}

/** Bytes the open connections were read so far. */
export async function bytesTaken(server: ServerProcess): Promise<number> {
  return (await live(server)).reduce((all, { bytesReceived }) => all + bytesReceived, 0);
}
