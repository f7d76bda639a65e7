import type {
  CloseReason,
  FirstFailure,
  Incident,
  LedgerDifference,
  RepetitionResult,
} from "@c10k-lab/protocol";
import { integer, listed, plural } from "../phrases/numbers.ts";
import { rangeText, timesText } from "../phrases/ranges.ts";
import { describeTrouble } from "./troubles.ts";

type Of<K extends Incident["incident"]> = Extract<Incident, { incident: K }>;
type Sentences = { readonly [K in Incident["incident"]]: (first: Of<K>, alike: readonly Of<K>[]) => string };

const SENTENCES: Sentences = {
  interrupted: () => "The experiment was interrupted in this cell.",
  trouble: ({ trouble }) => describeTrouble(trouble),
  "cut-off": ({ afterMs }, alike) =>
    `Cut off after ${afterMs / 1000} s with ${rangeText(alike.map(({ connectionsLeft }) => connectionsLeft))} connections still at work.`,
  "no-echo": ({ sent, received, end }) => {
    if (sent === undefined || received === undefined)
      return "The server listened, but did not echo the lab's probe.";
    if (sent === received)
      return `The server echoed the lab's probe, but ${AFTER_ECHO[end ?? ""] ?? `failed then (${end})`}.`;
    return `The server did not echo the lab's probe: ${quote(sent)} was sent and ${received === "" ? "nothing" : quote(received)} came back${ENDS[end ?? ""] ?? ` (${end})`}.`;
  },
  "not-ready": ({ process, afterMs, answer }) =>
    `The ${process} was not ready after ${afterMs / 1000} s${answer && ` (${answer})`}; see ${process}.log.`,
  "ended-early": ({ process, exitCode, signal, answer }) =>
    `The ${process} ended before it was told to, ${describeExit(exitCode, signal)}${answer && ` (${answer})`}; see ${process}.log.`,
  "over-limit": ({ process, ...excess }) => `The ${process} was killed: ${describeExcess(excess)}.`,
  "stays-open": ({ process }) =>
    `The ${process} did not close a connection after the client's FIN: its descriptors may leak.`,
  "stop-ignored": ({ process, afterMs }) =>
    `The ${process} did not end within ${afterMs / 1000} s of its stop signal and was killed.`,
  "left-behind": ({ process, processes }) =>
    `The ${process} left ${integer(processes)} of its processes behind; the lab killed them.`,
  "out-of-memory": ({ process }) =>
    `The ${process} ran out of memory: the kernel killed it at the limit of its container.`,
  "node-lost": ({ process, node }) =>
    `The node ${node} left the swarm or stopped answering it, with the ${process}.`,
  restarted: ({ process, node }) =>
    `The swarm started the ${process} a second time, on ${node}: its ledger is incomplete.`,
  "results-lost": ({ process, node, files }) =>
    `Results of the ${process} on ${node} did not arrive whole: ${listed(files)}.`,
  died: ({ process, exitCode, signal, answer }) =>
    `The ${process} ended before it reported its totals, ${describeExit(exitCode, signal)}${answer && ` (${answer})`}; see ${process}.log.`,
  "no-totals": ({ process }) => `The ${process} left totals that this version of the lab cannot read.`,
  refused: ({ reason, asked }, alike) =>
    `The server refused ${rangeText(alike.map(({ connections }) => connections))} of ${plural(asked, "connection")}: ${REFUSALS[reason] ?? reason}.`,
  "accept-failed": ({ errors }, alike) =>
    `The server could accept no more than ${rangeText(alike.map(({ open }) => open))} connections: ${describeShortages(errors)}.`,
  failed: ({ outcome, first }, alike) =>
    `${connectionsText(alike.map(({ connections }) => connections))} ended as ${outcome}${first ? `; ${describeFirst(first)}` : ""}.`,
  "ledgers-differ": ({ differences }) => `The ledgers differ: ${describeDifferences(differences)}.`,
  "listen-overflow": (_, alike) =>
    `The accept queue overflowed ${timesText(alike.map(({ times }) => times))}.`,
  "retransmission-timeout": (_, alike) =>
    `TCP retransmission timers expired ${timesText(alike.map(({ times }) => times))}.`,
};

function describeExit(exitCode: number | null, signal: string | null): string {
  if (signal === null) return `with exit code ${exitCode}`;
  return `killed by ${signal}${signal === "SIGXFSZ" ? " at a file of 1 GiB, the largest that it may write" : ""}`;
}

const AMOUNTS: Readonly<Record<string, string>> = { memory: "MiB of memory", disk: "MiB on disk" };

/** Returns "it had 5,000 processes, and one server may have 4,096 processes". */
export function describeExcess({
  limit,
  count,
  allowed,
}: Pick<Of<"over-limit">, "limit" | "count" | "allowed">): string {
  return `it had ${describeAmount(limit, count)}, and one server may have ${describeAmount(limit, allowed)}`;
}

/** Returns "5,000 processes" or "6,000 MiB of memory". */
function describeAmount(limit: Of<"over-limit">["limit"], count: number): string {
  return `${integer(count)} ${AMOUNTS[limit] ?? limit}`;
}

const ENDS: Readonly<Record<string, string>> = {
  "": "",
  "wrong-bytes": "",
  timeout: " in 5 s",
  closed: " before the connection was closed",
};

/** Ends of a probe that came back whole. */
const AFTER_ECHO: Readonly<Record<string, string>> = {
  "stays-open": "did not close the connection after the FIN",
  ECONNRESET: "reset the connection instead of closing it",
};

function connectionsText(counts: readonly number[]): string {
  return counts.every((count) => count === 1) ? "1 connection" : `${rangeText(counts)} connections`;
}

/** Returns a text with its control characters visible. */
function quote(text: string): string {
  const toEscape = (char: string) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return JSON.stringify(text).replace(/\p{Cc}/gu, toEscape);
}

function describeFirst(first: FirstFailure): string {
  const { connection, messages, bytesSent, bytesReceived, sent, received } = first;
  const texts =
    sent !== null && received !== null ? `${quote(sent)} was sent and ${quote(received)} came back` : null;
  const account = `${integer(bytesSent)} bytes sent, ${integer(bytesReceived)} received`;
  return `the first is connection ${connection} after ${plural(messages, "message")}: ${texts ?? account}`;
}

/** Causes of a refusal, as the server gives them. */
export const REFUSALS: Readonly<Partial<Record<CloseReason, string>>> = {
  "refused-descriptor": "their descriptor numbers did not fit into an fd_set",
  "refused-limit": "--max-connections was reached",
  "refused-thread": "no thread could be started for them",
  "refused-poller": "the poller did not take them",
};

/** Causes for which accept4(2) fails. */
const SHORTAGES: Readonly<Record<string, string>> = {
  EMFILE: "its process had no descriptor left (EMFILE)",
  ENFILE: "the machine had no descriptor left (ENFILE)",
  ENOBUFS: "the kernel had no memory left for sockets (ENOBUFS)",
  ENOMEM: "the kernel had no memory left (ENOMEM)",
};

function describeShortages(errors: Readonly<Record<string, number>>): string {
  return listed(Object.keys(errors).map((name) => SHORTAGES[name] ?? name));
}

const ENTRIES: Readonly<Record<LedgerDifference["entry"], string>> = {
  connections: "connections",
  messages: "messages",
  "bytes-to-server": "bytes to the server",
  "bytes-to-client": "bytes to the client",
};

/** Returns "messages: the client counts 20, the server 19; …". */
function describeDifferences(differences: readonly LedgerDifference[]): string {
  const parts = differences.map(
    ({ entry, client, server }) =>
      `${ENTRIES[entry]}: the client counts ${integer(client)}, the server ${integer(server)}`,
  );
  return parts.join("; ");
}

/** Returns the sentence for one incident, or for several that differ in their numbers only. */
export function describeIncident(first: Incident, alike: readonly Incident[] = [first]): string {
  return (SENTENCES[first.incident] as (first: Incident, alike: readonly Incident[]) => string)(first, alike);
}

/** Incidents that a repetition may have and yet be well. */
const HARMLESS: readonly Incident["incident"][] = [
  "stays-open",
  "stop-ignored",
  "left-behind",
  "listen-overflow",
  "retransmission-timeout",
];

/** Returns why a repetition failed: the first incident that explains it. */
export function describeFailure({
  status,
  incidents,
}: Pick<RepetitionResult, "status" | "incidents">): string | null {
  const first = incidents.find(({ incident }) => !HARMLESS.includes(incident)) ?? incidents[0];
  return status === "failed" && first !== undefined ? describeIncident(first) : null;
}

/** One repetition of a cell and what happened in it. */
interface Repetition {
  readonly id: string;
  readonly cell: string;
  readonly incidents: readonly Incident[];
}

/** Returns the incidents of all repetitions, each said once a cell however many repetitions it happened in. */
export function describeIncidents(repetitions: readonly Repetition[]): string[] {
  const repetitionsOf = Map.groupBy(repetitions, ({ cell }) => cell);
  const all = repetitions.flatMap(({ id, cell, incidents }) =>
    incidents.map((incident) => ({ id, cell, incident })),
  );
  const groups = Map.groupBy(all, ({ cell, incident }) => `${cell} ${kindOf(incident)}`);
  return [...groups.values()].map((group) => {
    const [{ cell, incident }] = group as [(typeof group)[number]];
    const alike = group.map((one) => one.incident);
    const sentence = `${cell}: ${describeIncident(incident, alike)}`;
    const total = repetitionsOf.get(cell)?.length ?? 1;
    const times = new Set(group.map(({ id }) => id)).size;
    if (total === 1) return sentence;
    return `${sentence} (${times === total ? "every repetition" : `${times} of ${total} repetitions`})`;
  });
}

/** Identifies incidents that differ in counts only. */
function kindOf(incident: Incident): string {
  return JSON.stringify(incident, (_, value) => (typeof value === "number" ? "#" : value));
}
