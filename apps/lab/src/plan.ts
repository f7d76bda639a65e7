import { SERVERS, type ServerName } from "@c10k-lab/protocol";

/** An experiment as pure data: which servers, which loads. */
export interface Plan {
  readonly name: string;
  /** One sentence: what one will know afterwards. */
  readonly question: string;
  readonly servers: readonly ServerName[];
  /** Connections, a step each, ascending. */
  readonly connections: readonly number[];
  /** Client processes that share the connections of a step, a factor of the experiment: each number is a step of its own. */
  readonly clients: readonly number[];
  /** How long each step exchanges messages, in ms. */
  readonly durationMs: number;
  /** Text of a message, its newline excluded. */
  readonly message: string;
}

export const PLANS: readonly Plan[] = [
  {
    name: "quick",
    question:
      "As connections rise from 10 to 4,000, all of them busy, which architecture stops scaling first, where, and why?",
    servers: SERVERS,
    connections: [10, 100, 500, 1000, 2000, 4000],
    clients: [1],
    durationMs: 3000,
    message: "This is the payload",
  },
];

/** One point of a plan. */
export interface Cell {
  /** Also the name of its folder: `epoll-1000`, `epoll-1000-by-4` with four clients. */
  readonly id: string;
  readonly server: ServerName;
  /** Of all clients together. */
  readonly connections: number;
  readonly clients: number;
}

/**
 * The plan's cells in the order they are run. Load by load, so that a run that is cut short still compares servers; and
 * each load starts with another server, so that none always meets the machine in the same state.
 */
export function cellsOf(plan: Plan): Cell[] {
  const loads = plan.connections.flatMap((connections) =>
    plan.clients.map((clients) => ({ connections, clients })),
  );
  return loads.flatMap((load, step) =>
    plan.servers.map((_, turn) => {
      const server = plan.servers[(step + turn) % plan.servers.length] as ServerName;
      const by = load.clients === 1 ? "" : `-by-${load.clients}`;
      return { id: `${server}-${load.connections}${by}`, server, ...load };
    }),
  );
}
