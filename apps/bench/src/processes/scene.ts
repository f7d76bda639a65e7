import { SERVERS, type ServerName } from "@c10k-lab/protocol";
import type { BenchOptions } from "../options.ts";
import { DELAY, DELAY_MS } from "./delay.ts";

/** One server under one load. */
export interface Scene {
  readonly server: ServerName | typeof DELAY;
  readonly connections: number;
}

const LOADS = [10, 100, 1000];
/** Loads of the delaying server: 3,600 and 18,000 messages/s, far below the limit of either client. */
const DELAY_LOADS = [200, 1000];

/** Returns the scenes that the options name, or the default ones of the comparison. */
export function chooseScenes({ clients, servers, connections }: BenchOptions): Scene[] {
  const isDelayed = clients && servers === undefined;
  const loads = connections ?? (isDelayed ? DELAY_LOADS : LOADS);
  const names = isDelayed ? ([DELAY] as const) : (servers ?? SERVERS);
  return names.flatMap((server) => loads.map((load) => ({ server, connections: load })));
}

/** Name of the server in tables and progress lines. */
export function labelOf({ server }: Scene): string {
  return server === DELAY ? `${DELAY} ${DELAY_MS.from}..${DELAY_MS.to} ms` : server;
}
