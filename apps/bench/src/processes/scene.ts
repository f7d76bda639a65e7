import { SERVERS, type ServerName } from "@c10k-lab/protocol";
import type { BenchOptions } from "../options.ts";
import { DELAY, DELAY_MS } from "./delay.ts";

/** One server under one load. */
export interface Scene {
  readonly server: ServerName | typeof DELAY;
  readonly connections: number;
  /** Open loop: messages per second of all connections together. A closed loop has none. */
  readonly ratePerSecond?: number;
}

const LOADS = [10, 100, 1000];
/** Loads of the delaying server: 3,600 and 18,000 messages/s, far below the limit of either client. */
const DELAY_LOADS = [200, 1000];
/** Loads of a real server for which the client has targets: an open loop far below its limit, and a closed loop. */
const TARGET_SCENES: readonly Scene[] = [
  { server: "epoll", connections: 200, ratePerSecond: 20_000 },
  { server: "epoll", connections: 1000 },
];

/** Returns the scenes that the options name, or the default ones of the comparison. */
export function chooseScenes({ clients, servers, connections, rate }: BenchOptions): Scene[] {
  if (clients && servers === undefined) {
    const delayed = (connections ?? DELAY_LOADS).map(
      (load) => ({ server: DELAY, connections: load }) as const,
    );
    return connections === undefined ? [...delayed, ...TARGET_SCENES] : delayed;
  }
  const pace = rate === undefined ? {} : { ratePerSecond: rate };
  return (servers ?? SERVERS).flatMap((server) =>
    (connections ?? LOADS).map((load) => ({ server, connections: load, ...pace })),
  );
}

/** Returns the name of the server in tables and progress lines. */
export function labelOf({ server, ratePerSecond }: Scene): string {
  const label = server === DELAY ? `${DELAY} ${DELAY_MS.from}..${DELAY_MS.to} ms` : server;
  return ratePerSecond === undefined ? label : `${label} ${ratePerSecond.toLocaleString("en-US")}/s`;
}
