import { SERVERS, type ServerName } from "@c10k-lab/protocol";
import { shuffled } from "./random.ts";

/** What is compared: a server with its options, drawn as one line. */
interface Variant {
  readonly name: string;
  readonly server: ServerName;
  /** Options of the server, as typed. */
  readonly args: readonly string[];
}

/** An experiment as pure data: which servers, which loads, how often. */
export interface Plan {
  readonly name: string;
  /** One sentence: what one will know afterwards. */
  readonly question: string;
  readonly variants: readonly Variant[];
  /** Connections, a step each, ascending. */
  readonly connections: readonly number[];
  /** Client processes that share the connections of a step, a factor of the experiment: each number is a step of its own. */
  readonly clients: readonly number[];
  /** How long each step exchanges messages, in ms. */
  readonly durationMs: number;
  /** Further options of the client by name, without dashes: `{ "connect-rate": "500", hold: "10s" }`. */
  readonly load: Readonly<Record<string, string>>;
  /** How often each cell is run: from three on, medians carry an interval. */
  readonly repeats: number;
  /** Of the order in which the variants meet a load. */
  readonly seed: number;
}

const EACH_SERVER: readonly Variant[] = SERVERS.map((server) => ({ name: server, server, args: [] }));

const MESSAGE = { message: "This is the payload" };

export const PLANS: readonly Plan[] = [
  {
    name: "quick",
    question:
      "As connections rise from 10 to 4,000, all of them busy, which architecture stops scaling first, where, and why?",
    variants: EACH_SERVER,
    connections: [10, 100, 1000, 4000],
    clients: [1],
    durationMs: 1000,
    load: MESSAGE,
    repeats: 5,
    seed: 1,
  },
  {
    name: "aa",
    question: "Does the lab find a difference where there is none? The same server twice.",
    variants: ["epoll-a", "epoll-b"].map((name) => ({ name, server: "epoll", args: [] })),
    connections: [100, 1000],
    clients: [1],
    durationMs: 1000,
    load: MESSAGE,
    repeats: 10,
    seed: 1,
  },
];

export function serversOf({ variants }: Pick<Plan, "variants">): ServerName[] {
  return [...new Set(variants.map(({ server }) => server))];
}

/** One point of a plan, once. */
export interface Cell {
  /** Also the name of its folder: the name, and which run of it where it is run repeatedly: `epoll-1000-run-2`. */
  readonly id: string;
  /** The point of the plan: `epoll-1000`, `epoll-1000-by-4` with four clients. */
  readonly name: string;
  readonly variant: string;
  readonly server: ServerName;
  /** Options of the server. */
  readonly args: readonly string[];
  /** Of all clients together. */
  readonly connections: number;
  readonly clients: number;
  /** 1 for the first run of this point. */
  readonly repeat: number;
}

/**
 * The plan's cells in the order they are run: each repeat goes through all loads, so that a run that is cut short still
 * compares variants. At each load their order is drawn once and then rotated from repeat to repeat, and turned round when
 * each has been at every place: none always meets the machine in the same state or after the same neighbour.
 */
export function cellsOf(plan: Plan): Cell[] {
  const loads = plan.connections.flatMap((connections) =>
    plan.clients.map((clients) => ({ connections, clients })),
  );
  const orders = loads.map((_, index) => shuffled(plan.variants, plan.seed + index));
  return Array.from({ length: plan.repeats }, (_, index) => index + 1).flatMap((repeat) =>
    loads.flatMap((load, index) =>
      balanced(orders[index] ?? [], repeat - 1).map((variant) => cellOf(plan, variant, load, repeat)),
    ),
  );
}

function balanced(order: readonly Variant[], round: number): readonly Variant[] {
  const turn = round % order.length;
  const rotated = [...order.slice(turn), ...order.slice(0, turn)];
  return Math.floor(round / order.length) % 2 === 0 ? rotated : rotated.reverse();
}

function cellOf(
  { repeats }: Plan,
  { name: variant, server, args }: Variant,
  { connections, clients }: { readonly connections: number; readonly clients: number },
  repeat: number,
): Cell {
  const name = `${variant}-${connections}${clients === 1 ? "" : `-by-${clients}`}`;
  const id = repeats === 1 ? name : `${name}-run-${repeat}`;
  return { id, name, variant, server, args, connections, clients, repeat };
}
