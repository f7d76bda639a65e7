import {
  CAPACITY_SIGNALS,
  type CapacitySignal,
  type CellResult,
  type ClientSummary,
  type DoubtReason,
  INFINITE,
  type Objective,
  type Percentile,
  type Searched,
  type Trial,
} from "@c10k-lab/protocol";
import { LatencyHistogram } from "@c10k-lab/stats";
import { integer, listed, plural } from "@c10k-lab/words";
import type { Answer } from "./search.ts";

/** From this share of one core on, the server had no more to give. */
const SERVER_CORE_PERCENT_MIN = 95;

/** What comes to an end here is counted, not timed: other work on the machine has no part in it. */
const WALLS: readonly CapacitySignal[] = ["fd-wall", "thread-limit", "memory", "client-resources"];

/** What a cell is held against. */
export interface Question {
  readonly objective: Objective;
  readonly searched: Searched;
  /** Messages per second that were due. */
  readonly rate: number;
  /** For this long. */
  readonly durationMs: number;
  /** The kernel lets no accept queue be longer. */
  readonly somaxconn: number;
}

/** What is read of a cell more than once. */
interface Facts extends Question {
  readonly cell: CellResult;
  readonly failures: number;
  /** Why nothing in it vouches for its load; null when something does. */
  readonly unproven: string | null;
  readonly achieved: number | null;
  /** Milliseconds. */
  readonly p99Ms: Percentile;
}

/**
 * Judges one run of a value, and says what it shows.
 *
 * @param undecided messages never sent that had not waited longer than the objective allows when the run was over
 */
export function trialOf(
  cell: CellResult,
  question: Question,
  undecided: number,
): { trial: Trial; answer: Answer } {
  const facts = factsOf(cell, question, undecided);
  const { failures, achieved, p99Ms } = facts;
  const met = isMet(facts);
  const signals = met ? [] : signalsOf(facts);
  const first = signals[0]?.signal;
  return {
    trial: {
      ...{ cell: cell.id, met, signals, p99Ms, achieved, failures },
      disturbed:
        first === undefined || WALLS.includes(first) ? null : reasonOf(cell, ["stolen", "busy-host"]),
      counts: true,
    },
    answer: met ? "met" : first === "client-resources" ? "out-of-reach" : "failed",
  };
}

function factsOf(cell: CellResult, question: Question, undecided: number): Facts {
  const { client } = cell;
  const p99Us = client && p99Of(client, undecided);
  return {
    ...question,
    cell,
    failures: client === null ? cell.connections : client.asked.connections - client.outcomes.ok,
    unproven: unproven(cell, question),
    // What was due and never sent counts against it; what came back late does not, for how late is the p99's to say.
    achieved: client && client.achieved.messages / ((question.rate * question.durationMs) / 1000),
    p99Ms: typeof p99Us === "number" ? p99Us / 1000 : p99Us,
  };
}

/** Of the intended clock, without those of which it is not known whether they would have been late. */
function p99Of({ latencyUs: { intended }, histograms }: ClientSummary, undecided: number): Percentile {
  if (undecided === 0) return intended.p99;
  const failed = Math.max(0, intended.failed - undecided);
  return LatencyHistogram.decode(histograms.intended).summary(failed).p99;
}

function isMet({ objective, failures, unproven, achieved, p99Ms }: Facts): boolean {
  return (
    unproven === null &&
    failures <= objective.failuresMax &&
    achieved !== null &&
    achieved >= objective.achievedMin &&
    typeof p99Ms === "number" &&
    p99Ms <= objective.p99Ms
  );
}

/** A cell without the totals of both sides, with books that differ, or with fewer connections than were asked for. */
function unproven(cell: CellResult, { searched }: Question): string | null {
  if (cell.status === "cut-off" || cell.client === null || cell.final === null) {
    return cell.notes[0] ?? `The cell ended as ${cell.status}.`;
  }
  if (!cell.reconciliation?.balanced) return "The books of client and server do not balance.";
  const notHeld = reasonOf(cell, ["not-held"]);
  return searched === "connections" ? notHeld : null;
}

function signalsOf(facts: Facts): Trial["signals"] {
  return CAPACITY_SIGNALS.flatMap((signal) => {
    const sentence = DETECTORS[signal](facts);
    return sentence === null ? [] : [{ signal, sentence }];
  });
}

/** The evidence for each signal in a run that failed: a sentence with its figures, or null. */
const DETECTORS: Readonly<Record<CapacitySignal, (facts: Facts) => string | null>> = {
  "fd-wall": ({ cell }) => {
    if (refusedByWall(cell) > 0) {
      return `The server refused ${integer(refusedByWall(cell))} of ${plural(cell.connections, "connection")}: their descriptor numbers did not fit into an fd_set.`;
    }
    return acceptErrors(cell, ["EMFILE", "ENFILE"], "the server had no descriptor left");
  },
  "thread-limit": ({ cell }) => {
    const failed = threadFailures(cell);
    return failed === 0
      ? null
      : `pthread_create(3) failed ${times(failed)} with EAGAIN: no further thread could be started.`;
  },
  memory: ({ cell }) => {
    if (cell.status === "out-of-memory" && cell.final === null)
      return cell.notes[0] ?? "It ran out of memory.";
    return acceptErrors(cell, ["ENOMEM", "ENOBUFS"], "the kernel had no memory left for connections");
  },
  "client-resources": ({ cell }) => {
    if (cell.client === null) return cell.final === null ? null : (cell.notes[0] ?? "The client died.");
    const { "no-descriptors": descriptors, "no-ports": ports } = cell.client.outcomes;
    const lacks = [
      ...(descriptors > 0 ? [`no descriptor for ${plural(descriptors, "connection")}`] : []),
      ...(ports > 0 ? [`no local port for ${plural(ports, "connection")}`] : []),
    ];
    return lacks.length === 0 ? null : `The client had ${listed(lacks)}.`;
  },
  "listen-overflow": ({ cell, somaxconn }) => {
    const overflows = cell.evidence.tcp.ListenOverflows;
    const queue = Math.min(Number(cell.listening?.options.backlog), somaxconn);
    // The kernel counts those of every listener: a queue with room for all connections was not among them.
    const hasRoom = cell.connections / cell.servers <= queue;
    return overflows > 0 && !hasRoom ? `The accept queue overflowed ${times(overflows)}.` : null;
  },
  failures: failed,
  "client-limit": ({ cell }) => {
    const reason = reasonOf(cell, ["client-limit", "send-lag", "loop-lag"]);
    return reason && `${reason} The limit may be the client's.`;
  },
  cpu: ({ cell }) => {
    const percent = cell.evidence.corePercent.server;
    return percent !== null && percent >= SERVER_CORE_PERCENT_MIN
      ? `The server used ${integer(percent)} % of one core.`
      : null;
  },
  rate: ({ achieved, objective, rate }) =>
    achieved !== null && achieved < objective.achievedMin
      ? `Of ${plural(rate, "message")}/s offered ${tenths(Math.floor, 100 * achieved)} % were answered; ${(100 * objective.achievedMin).toLocaleString("en-US")} % are asked for.`
      : null,
  latency: ({ p99Ms, objective, cell }) => {
    if (p99Ms === null) return cell.client && "No response time was measured.";
    if (p99Ms === INFINITE) return "The p99 response time was infinite: more than 1 % were never answered.";
    return p99Ms > objective.p99Ms
      ? `The p99 response time was ${tenths(Math.ceil, p99Ms)} ms; ${objective.p99Ms.toLocaleString("en-US")} ms are asked for.`
      : null;
  },
};

/** Connections that failed for no reason that is a signal of its own. */
function failed(facts: Facts): string | null {
  const { cell, failures, objective, unproven } = facts;
  const { client, final } = cell;
  if (client === null || final === null) {
    const isExplained = DETECTORS["client-resources"](facts) !== null || DETECTORS.memory(facts) !== null;
    return isExplained ? null : unproven;
  }
  const refused = refusedByWall(cell) > 0 || threadFailures(cell) > 0 ? final.refused : 0;
  const { "no-descriptors": descriptors, "no-ports": ports, ok, ...others } = client.outcomes;
  const isExplained = failures <= objective.failuresMax || failures <= refused + descriptors + ports;
  if (isExplained || cell.status === "cut-off") return unproven;
  const counts = Object.entries(others).filter(([, count]) => count > 0);
  return `Of ${plural(client.asked.connections, "connection")} ${listed(counts.map(([name, count]) => `${integer(count)} ended as ${name}`))}.`;
}

/** Refused because of an fd_set, as far as nothing else was told to refuse. */
function refusedByWall({ server, final, listening }: CellResult): number {
  const isLimited = listening?.options.maxConnections !== undefined;
  return server === "select" && !isLimited ? (final?.refused ?? 0) : 0;
}

/** glibc makes EAGAIN of every lack: of threads, of numbers for them, of memory for their stacks. */
function threadFailures({ server, final }: CellResult): number {
  return server === "threaded" ? (final?.acceptErrors.EAGAIN ?? 0) : 0;
}

function acceptErrors({ final }: CellResult, names: readonly string[], meaning: string): string | null {
  const counts = names.flatMap((name) => {
    const count = final?.acceptErrors[name] ?? 0;
    return count > 0 ? [`${times(count)} with ${name}`] : [];
  });
  return counts.length === 0 ? null : `Accepting failed ${listed(counts)}: ${meaning}.`;
}

function reasonOf({ verdict }: CellResult, reasons: readonly DoubtReason[]): string | null {
  return verdict.reasons.find(({ reason }) => reasons.includes(reason))?.sentence ?? null;
}

function times(count: number): string {
  return count === 1 ? "once" : `${integer(count)} times`;
}

/** Rounded to tenths away from what it is compared with, so that 94.96 does not read as the 95 it is below. */
function tenths(round: (value: number) => number, value: number): string {
  return (round(value * 10) / 10).toLocaleString("en-US");
}
