import {
  CAPACITY_SIGNALS,
  type CapacitySignal,
  type ClientSummary,
  type Doubt,
  type DoubtReason,
  type Incident,
  type Objective,
  type RepetitionResult,
  type Searched,
  type Signal,
  type Trial,
} from "@c10k-lab/protocol";
import {
  type Carried,
  detectClientLimit,
  detectFullCore,
  detectLatency,
  detectRate,
  isCarried,
} from "./load-signals.ts";
import type { Answer } from "./search.ts";

/** Signals that are counted, not timed: other work on the machine plays no part in them. */
const WALLS: readonly CapacitySignal[] = ["fd-wall", "thread-limit", "memory", "client-resources"];

/** The objective of a search and the load of the repetition that is judged by it. */
export interface Question {
  readonly objective: Objective;
  readonly searched: Searched;
  /** Messages per second that were due. */
  readonly rate: number;
  /** Time for which messages were due. */
  readonly durationMs: number;
  /** The longest accept queue the kernel allows. */
  readonly somaxconn: number;
}

type Unproven = Pick<Extract<Signal, { signal: "failures" }>, "incident" | "doubt">;

/** Figures of a repetition that several detectors read. */
interface Facts extends Question, Carried {
  readonly cell: RepetitionResult;
  readonly failures: number;
  /** The reason why its load cannot be vouched for; null when it can. */
  readonly unproven: Unproven | null;
}

/** Judges a repetition as a trial of a value. */
export function judgeTrial(cell: RepetitionResult, question: Question): { trial: Trial; answer: Answer } {
  const facts = factsOf(cell, question);
  const { failures, achieved, p99Ms } = facts;
  const met = isMet(facts);
  const signals = met ? [] : signalsOf(facts);
  const first = signals[0]?.signal;
  return {
    trial: {
      cell: cell.id,
      block: null,
      met,
      signals,
      p99Ms,
      achieved,
      failures,
      disturbance:
        first === undefined || WALLS.includes(first) ? null : findDoubt(cell, ["stolen", "busy-host"]),
      counts: true,
    },
    answer: met ? "met" : first === "client-resources" ? "out-of-reach" : "failed",
  };
}

function factsOf(cell: RepetitionResult, question: Question): Facts {
  const { client } = cell;
  const p99Us = client?.latencyUs.intended.p99 ?? null;
  return {
    ...question,
    cell,
    failures: client === null ? cell.connections : client.asked.connections - client.outcomes.ok,
    unproven: findUnproven(cell, question),
    // A message due and never sent counts as unanswered. A late answer counts as answered: the p99 judges lateness.
    achieved: client && answeredOf(client) / ((question.rate * question.durationMs) / 1000),
    p99Ms: typeof p99Us === "number" ? p99Us / 1000 : p99Us,
  };
}

/** Returns the messages that were answered, without those of the warm-up. */
function answeredOf({ achieved }: ClientSummary): number {
  return achieved.messages - achieved.warmup;
}

function isMet(facts: Facts): boolean {
  const { objective, failures, unproven } = facts;
  return unproven === null && failures <= objective.failuresMax && isCarried(facts);
}

/**
 * Returns why a repetition proves nothing about its load: totals of one side are missing, the ledgers differ, or fewer
 * connections were held than asked for.
 */
function findUnproven(cell: RepetitionResult, { searched }: Question): Unproven | null {
  const isForeign = cell.ledger === "csv" || cell.ledger === "client-only";
  const lacksTotals = cell.final === null && !isForeign;
  if (cell.status === "cut-off" || cell.client === null || lacksTotals) {
    const [incident = null] = cell.incidents;
    return { incident, doubt: incident === null ? { reason: "status", status: cell.status } : null };
  }
  if (cell.ledger !== "client-only" && !cell.reconciliation?.balanced)
    return { incident: null, doubt: { reason: "ledgers" } };
  const notHeld = searched === "connections" ? findDoubt(cell, ["not-held"]) : null;
  return notHeld && { incident: null, doubt: notHeld };
}

function signalsOf(facts: Facts): Signal[] {
  return CAPACITY_SIGNALS.flatMap((signal) => DETECTORS[signal](facts) ?? []);
}

type Detectors = {
  readonly [K in CapacitySignal]: (facts: Facts) => Extract<Signal, { signal: K }> | null;
};

/** Evidence for each signal in a repetition that failed, or null. */
const DETECTORS: Detectors = {
  "fd-wall": ({ cell }) => {
    const refused = cell.final?.closed["refused-descriptor"] ?? 0;
    const acceptErrors = pickAcceptErrors(cell, ["EMFILE", "ENFILE"]);
    if (refused === 0 && isEmpty(acceptErrors)) return null;
    return { signal: "fd-wall", refused, asked: cell.connections, acceptErrors };
  },
  "thread-limit": ({ cell }) => {
    const refused = cell.final?.closed["refused-thread"] ?? 0;
    return refused === 0 ? null : { signal: "thread-limit", refused };
  },
  memory: ({ cell }) => {
    if (cell.status === "out-of-memory" && cell.final === null) {
      const killed = cell.incidents.find((one) => one.incident === "out-of-memory");
      return { signal: "memory", process: killed?.process ?? "server", acceptErrors: {} };
    }
    const acceptErrors = pickAcceptErrors(cell, ["ENOMEM", "ENOBUFS"]);
    return isEmpty(acceptErrors) ? null : { signal: "memory", process: null, acceptErrors };
  },
  "client-resources": ({ cell }) => {
    const { client, final, incidents } = cell;
    if (client === null && final === null) return null;
    const withoutDescriptor = client?.outcomes["no-descriptors"] ?? 0;
    const withoutPort = client?.outcomes["no-ports"] ?? 0;
    const death = client === null ? findDeath(incidents) : null;
    if (death === null && withoutDescriptor + withoutPort === 0) return null;
    return { signal: "client-resources", withoutDescriptor, withoutPort, death };
  },
  "listen-overflow": ({ cell, somaxconn }) => {
    const times = cell.evidence.tcp.ListenOverflows;
    const queue = Math.min(cell.listening?.options.backlog ?? 0, somaxconn);
    // The kernel counts the overflows of every listener: a queue with room for all connections had none.
    const hasRoom = cell.connections / cell.servers <= queue;
    return times > 0 && !hasRoom ? { signal: "listen-overflow", times } : null;
  },
  failures: detectFailures,
  "client-limit": ({ cell }) => detectClientLimit(findDoubt(cell, ["client-limit", "send-lag", "loop-lag"])),
  cpu: ({ cell }) => detectFullCore(cell.evidence.corePercent.server),
  rate: detectRate,
  latency: (facts) => (facts.p99Ms === null && facts.cell.client === null ? null : detectLatency(facts)),
};

/** Detects connections that failed for a reason that no other signal stands for. */
function detectFailures(facts: Facts): Extract<Signal, { signal: "failures" }> | null {
  const { cell, failures, objective, unproven } = facts;
  const { client, final } = cell;
  const proof = unproven && {
    signal: "failures" as const,
    asked: cell.connections,
    outcomes: {},
    ...unproven,
  };
  if (client === null || final === null) {
    const isExplained = DETECTORS["client-resources"](facts) !== null || DETECTORS.memory(facts) !== null;
    return isExplained ? null : proof;
  }
  const refused = final.closed["refused-descriptor"] + final.closed["refused-thread"];
  const { "no-descriptors": descriptors, "no-ports": ports, ok: _, ...others } = client.outcomes;
  const isExplained = failures <= objective.failuresMax || failures <= refused + descriptors + ports;
  if (isExplained || cell.status === "cut-off") return proof;
  const outcomes = Object.fromEntries(Object.entries(others).filter(([, count]) => count > 0));
  return { signal: "failures", asked: client.asked.connections, outcomes, incident: null, doubt: null };
}

function pickAcceptErrors({ final }: RepetitionResult, names: readonly string[]): Record<string, number> {
  const errors = Object.entries(final?.acceptErrors ?? {});
  return Object.fromEntries(errors.filter(([name, count]) => names.includes(name) && count > 0));
}

function isEmpty(record: object): boolean {
  return Object.keys(record).length === 0;
}

function findDeath(incidents: readonly Incident[]): Incident {
  const isDeath = ({ incident }: Incident) =>
    incident === "died" || incident === "no-totals" || incident === "out-of-memory";
  return incidents.find(isDeath) ?? { incident: "no-totals", process: "client" };
}

function findDoubt({ doubts }: RepetitionResult, reasons: readonly DoubtReason[]): Doubt | null {
  return doubts.find(({ reason }) => reasons.includes(reason)) ?? null;
}
