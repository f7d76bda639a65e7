import type { ServerName } from "@c10k-lab/protocol";
import { type BenchOptions, SERVERS } from "../options.ts";
import { DELAY, DELAY_MS } from "./delay.ts";

/** One server under one load. */
export interface Scene {
  readonly server: ServerName | typeof DELAY;
  /** Server in C that it is compared with; undefined: its own twin. */
  readonly twin?: ServerName;
  readonly connections: number;
  /** Connections that exchange messages; undefined: all. */
  readonly active?: number;
  /** Each connection is opened for one message and closed: the figure is connections per second. */
  readonly isChurn?: true;
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
/** Loads of `--table`, for each of which the servers have targets. */
const TABLE_LOADS: readonly Omit<Scene, "server">[] = [
  { connections: 10 },
  { connections: 1000 },
  { connections: 5000 },
  { connections: 10_000, active: 100 },
  { connections: 10_000, isChurn: true },
];

/** Returns the scenes that the options name, or the default ones of the comparison. */
export function chooseScenes(options: BenchOptions): Scene[] {
  const { clients, servers, connections, rate, active, table, against } = options;
  if (clients && servers === undefined) {
    const delayed = (connections ?? DELAY_LOADS).map(
      (load) => ({ server: DELAY, connections: load }) as const,
    );
    return connections === undefined ? [...delayed, ...TARGET_SCENES] : delayed;
  }
  const pace = {
    ...(rate !== undefined && { ratePerSecond: rate }),
    ...(active !== undefined && { active }),
  };
  const loads = table ? TABLE_LOADS : (connections ?? LOADS).map((load) => ({ connections: load, ...pace }));
  const hasTwins = !clients && against === undefined;
  return (servers ?? SERVERS).flatMap((server) =>
    loads.flatMap((load) => [
      // io_uring has to win against epoll, the fastest in C. Its own twin shows what TypeScript costs.
      ...(server === "uring" && hasTwins ? [{ server, twin: "epoll" as const, ...load }] : []),
      { server, ...load },
    ]),
  );
}

/** Returns the name of the server in tables and progress lines. */
export function labelOf({ server, twin, ratePerSecond }: Scene): string {
  const label = server === DELAY ? `${DELAY} ${DELAY_MS.from}..${DELAY_MS.to} ms` : server;
  const named = twin === undefined ? label : `${label}, C ${twin}`;
  return ratePerSecond === undefined ? named : `${named} ${ratePerSecond.toLocaleString("en-US")}/s`;
}

/** Describes the load of a scene. */
export function describeLoad({ connections, active, isChurn }: Scene): string {
  const count = connections.toLocaleString("en-US");
  if (isChurn) return `${count} one-message`;
  return active === undefined ? count : `${count} (${active.toLocaleString("en-US")} active)`;
}
