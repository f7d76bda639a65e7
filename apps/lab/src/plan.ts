import { SERVERS, type ServerName } from "@c10k-lab/protocol";

/** An experiment as pure data: which servers, which loads. */
export interface Plan {
  readonly name: string;
  /** One sentence: what one will know afterwards. */
  readonly question: string;
  readonly servers: readonly ServerName[];
  /** Connections, a step each, ascending. */
  readonly connections: readonly number[];
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
    durationMs: 3000,
    message: "This is the payload",
  },
];

/** One point of a plan. */
export interface Cell {
  /** Also the name of its folder: `epoll-1000`. */
  readonly id: string;
  readonly server: ServerName;
  readonly connections: number;
}

/**
 * The plan's cells in the order they are run. Load by load, so that a run that is cut short still compares servers; and
 * each load starts with another server, so that none always meets the machine in the same state.
 */
export function cellsOf(plan: Plan): Cell[] {
  return plan.connections.flatMap((connections, step) =>
    plan.servers.map((_, turn) => {
      const server = plan.servers[(step + turn) % plan.servers.length];
      return { id: `${server}-${connections}`, server, connections };
    }),
  );
}
