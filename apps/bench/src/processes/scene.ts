import { SERVERS, type ServerName } from "@c10k-lab/protocol";
import type { BenchOptions } from "../options.ts";
import { DELAY, DELAY_MS } from "./delay.ts";

/** One server under one load. */
export interface Scene {
  readonly server: ServerName | typeof DELAY;
  readonly connections: number;
}

const LOADS = [10, 100, 1000];
/** 3,600 and 18,000 messages/s: a good deal for percentiles, far from any client's limit. */
const DELAY_LOADS = [200, 1000];

/** What the options ask for, or what suits the comparison. */
export function scenesOf({ clients, servers, connections }: BenchOptions): Scene[] {
  const isDelayed = clients && servers === undefined;
  const loads = connections ?? (isDelayed ? DELAY_LOADS : LOADS);
  const names = isDelayed ? ([DELAY] as const) : (servers ?? SERVERS);
  return names.flatMap((server) => loads.map((load) => ({ server, connections: load })));
}

/** For people. */
export function labelOf({ server }: Scene): string {
  return server === DELAY ? `${DELAY} ${DELAY_MS.from}..${DELAY_MS.to} ms` : server;
}
