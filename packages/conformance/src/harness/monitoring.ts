import type { ServerProcess } from "./server-process.ts";

/** Entry of `/connections`. */
interface LiveConnection {
  readonly bytesReceived: number;
  readonly [field: string]: unknown;
}

/** Requests a path of the server's monitoring port. */
export function request({ listening }: ServerProcess, path: string): Promise<Response> {
  return fetch(`http://127.0.0.1:${listening.metricsPort}${path}`);
}

/** Returns the entries of `/connections`. */
export async function listConnections(server: ServerProcess): Promise<LiveConnection[]> {
  return (await (await request(server, "/connections")).json()) as LiveConnection[];
}

/** Returns the bytes that the server has read from the open connections. */
export async function countBytesTaken(server: ServerProcess): Promise<number> {
  return (await listConnections(server)).reduce((all, { bytesReceived }) => all + bytesReceived, 0);
}

/** Returns the samples of `/metrics` by name, labels included. */
export async function readMetrics(server: ServerProcess): Promise<Record<string, number>> {
  const exposition = await (await request(server, "/metrics")).text();
  const lines = exposition.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return Object.fromEntries(lines.map((line) => [line.split(" ")[0], Number(line.split(" ")[1])]));
}

const SYSTEM_CALLS = /^echo_system_calls_total\{call="(\w+)"\}$/;

/** Returns the counts of system calls among the samples, by call. */
export function pickSystemCalls(samples: Record<string, number>): Record<string, number> {
  const entries = Object.entries(samples).map(([name, value]) => [SYSTEM_CALLS.exec(name)?.[1], value]);
  return Object.fromEntries(entries.filter(([call]) => call !== undefined));
}
