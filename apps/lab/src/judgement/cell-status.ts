import { numbered } from "@c10k-lab/files";
import {
  CLOSE_REASONS,
  type FirstFailure,
  type Incident,
  isRefusalReason,
  OUTCOMES,
  type Outcome,
  type RepetitionResult,
  SHORTAGES,
  type Trouble,
} from "@c10k-lab/protocol";
import type { Exit } from "../engines/engine.ts";
import type { ServerTotals } from "../evidence/foreign-totals.ts";
import type { TcpCounts } from "../evidence/tcp-counters.ts";

type Reports = Pick<RepetitionResult, "client" | "listening" | "probe" | "final" | "reconciliation">;

/** Everything that the end of a repetition is judged by. */
export interface CellFacts extends Reports {
  /** Facts of a foreign server, which reports no line of ours; null for one of ours. */
  readonly foreign: {
    readonly ledger: RepetitionResult["ledger"];
    /** Totals of its CSV file; null where it writes none, or another format. */
    readonly totals: ServerTotals | null;
    readonly incidents: readonly Incident[];
  } | null;
  /** The answer to the probe where it was no echo; null when it was, or was not tried. */
  readonly probeFailure: { readonly sent: string; readonly received: string; readonly end: string } | null;
  readonly firstFailures: ReadonlyMap<Outcome, FirstFailure>;
  readonly exits: { readonly servers: readonly Exit[]; readonly clients: readonly Exit[] };
  /** Returns the last line in the log of a process. */
  readonly lastLine: (process: string) => string;
  readonly tcp: TcpCounts;
  readonly trouble: Trouble | null;
  readonly isInterrupted: boolean;
  /** The plan's time limit where it was exceeded; otherwise null. */
  readonly cutOffMs: number | null;
}

type Judgement = Pick<RepetitionResult, "status" | "incidents">;

/** Returns how a repetition ended, and what happened in it. */
export function judgeCell(facts: CellFacts): Judgement {
  const status = statusOf(facts);
  // Connections and ledgers of an interrupted cell are incomplete for that reason alone.
  if (status === "interrupted") return { status, incidents: [{ incident: "interrupted" }] };
  if (status === "engine-lost") return { status, incidents: troubles(facts) };
  // The swarm took a process away: whatever had come back by then, ledgers and counters are incomplete for that reason.
  if (endsOf(facts).some(({ exit }) => isTakenAway(exit)))
    return { status, incidents: [...deaths(facts), ...refusals(facts), ...shortages(facts)] };
  if (status === "cut-off") {
    return {
      status,
      incidents: [cutOff(facts), ...refusals(facts), ...shortages(facts), ...kernelEvents(facts)],
    };
  }
  return {
    status,
    incidents: [
      ...deaths(facts),
      ...refusals(facts),
      ...shortages(facts),
      ...failures(facts),
      ...ledgers(facts),
      ...kernelEvents(facts),
    ],
  };
}

function statusOf(facts: CellFacts): Judgement["status"] {
  const { client, isInterrupted, trouble, cutOffMs } = facts;
  if (trouble?.trouble === "engine-lost") return "engine-lost";
  if (isInterrupted) return "interrupted";
  if (endsOf(facts).some(({ exit }) => exit.cause === "out-of-memory")) return "out-of-memory";
  if (endsOf(facts).some(({ exit }) => describeLoss("", exit) !== null)) return "failed";
  if (cutOffMs !== null && client && hasServed(facts)) return "cut-off";
  if (!client || !hasServed(facts) || !isVouchedFor(facts)) return "failed";
  const incomplete = client.asked.connections - client.achieved.completed;
  if (incomplete === 0) return "ok";
  return incomplete === totalsOf(facts)?.refused ? "limited" : "failed";
}

/** Incidents after which a foreign server's figures are not those of a server that works. */
const BROKEN: readonly Incident["incident"][] = ["not-ready", "ended-early", "over-limit", "out-of-memory"];

/** Returns whether the server worked to the end: one of ours says so itself. */
function hasServed({ final, foreign, probe }: CellFacts): boolean {
  if (foreign === null) return final !== null;
  return probe !== null && foreign.incidents.every(({ incident }) => !BROKEN.includes(incident));
}

/** Returns whether the ledgers agree; a server without one is judged by the client's alone. */
function isVouchedFor({ foreign, reconciliation }: CellFacts): boolean {
  return foreign?.ledger === "client-only" || (reconciliation?.balanced ?? false);
}

function totalsOf({ final, foreign }: CellFacts): ServerTotals | null {
  return foreign ? foreign.totals : final;
}

/** Returns the exits of one side's processes with their names: `server`, or `client-3` where there are several. */
export function nameExits(app: "server" | "client", exits: readonly Exit[]) {
  return exits.map((exit, index) => ({ process: numbered(app, index + 1, exits.length), exit }));
}

function endsOf({ exits, client, final, foreign }: CellFacts) {
  return [
    // A foreign server makes no report that could be missing: its own incidents say how it ended.
    ...nameExits("server", foreign ? [] : exits.servers).map((end) => ({
      ...end,
      hasReported: final !== null,
    })),
    ...nameExits("client", exits.clients).map((end) => ({ ...end, hasReported: client !== null })),
  ];
}

function troubles({ trouble }: CellFacts): Incident[] {
  return trouble === null ? [] : [{ incident: "trouble", trouble }];
}

function cutOff({ client, cutOffMs }: CellFacts): Incident {
  const connectionsLeft = client?.outcomes.interrupted ?? 0;
  return { incident: "cut-off", afterMs: cutOffMs ?? 0, connectionsLeft };
}

function deaths(facts: CellFacts): Incident[] {
  const ends = endsOf(facts);
  const haveAllEndedWell = ends.every(({ exit }) => exit.code === 0);
  const { probeFailure, foreign } = facts;
  const lacksTotals = foreign?.ledger === "csv" && foreign.totals === null && facts.probe !== null;
  return [
    ...troubles(facts),
    ...(probeFailure ? [noEcho(probeFailure)] : []),
    ...(foreign?.incidents ?? []),
    ...(lacksTotals ? [{ incident: "no-totals", process: "server" } as const] : []),
    ...ends.flatMap(({ process, exit, hasReported }): Incident[] => {
      if (exit.cause === "out-of-memory") return [{ incident: "out-of-memory", process }];
      const loss = describeLoss(process, exit);
      if (loss) return [loss];
      if (hasReported) return [];
      // Of several clients only the one that died is named.
      if (exit.code === 0) return haveAllEndedWell ? [{ incident: "no-totals", process }] : [];
      const { code: exitCode, signal } = exit;
      return [{ incident: "died", process, exitCode, signal, answer: facts.lastLine(process) }];
    }),
  ];
}

/** Returns what the swarm did to a process or its results; null when it did nothing. */
function describeLoss(process: string, exit: Exit): Incident | null {
  const { cause, node = "", lost = [] } = exit;
  if (isTakenAway(exit)) return { incident: exit.cause, process, node };
  if (cause === "results-lost") return { incident: cause, process, node, files: [...lost] };
  return null;
}

/** Returns whether the swarm ended a process that would have gone on. */
function isTakenAway(exit: Exit): exit is Exit & { cause: "node-lost" | "restarted" } {
  return exit.cause === "node-lost" || exit.cause === "restarted";
}

function noEcho({ sent, received, end }: NonNullable<CellFacts["probeFailure"]>): Incident {
  return { incident: "no-echo", sent, received, end };
}

function refusals({ final, client }: CellFacts): Incident[] {
  if (!final) return [];
  const asked = client?.asked.connections ?? final.accepted;
  return CLOSE_REASONS.filter(isRefusalReason)
    .filter((reason) => final.closed[reason] > 0)
    .map((reason) => ({ incident: "refused", reason, connections: final.closed[reason], asked }));
}

function shortages({ final }: CellFacts): Incident[] {
  const errors = Object.entries(final?.acceptErrors ?? {}).filter(([name]) => isShortage(name));
  if (final === null || errors.length === 0) return [];
  return [{ incident: "accept-failed", errors: Object.fromEntries(errors), open: final.peak }];
}

/** Returns whether an error of accept4(2) says what the server ran out of. */
function isShortage(error: string): boolean {
  return SHORTAGES.some((name) => name === error);
}

function failures(facts: CellFacts): Incident[] {
  const { client, firstFailures } = facts;
  if (!client) return [];
  const failed = OUTCOMES.filter((outcome) => outcome !== "ok" && client.outcomes[outcome] > 0);
  const isExplained =
    failed.length === 1 &&
    failed[0] === "eof-early" &&
    client.outcomes["eof-early"] === totalsOf(facts)?.refused;
  if (isExplained) return [];
  const mostFirst = failed.toSorted((a, b) => client.outcomes[b] - client.outcomes[a]);
  return mostFirst.map((outcome) => ({
    incident: "failed",
    outcome,
    connections: client.outcomes[outcome],
    first: firstFailures.get(outcome) ?? null,
  }));
}

function ledgers({ reconciliation }: CellFacts): Incident[] {
  if (!reconciliation || reconciliation.balanced) return [];
  return [{ incident: "ledgers-differ", differences: reconciliation.differences }];
}

function kernelEvents({ tcp }: CellFacts): Incident[] {
  const { ListenOverflows: overflows, TCPTimeouts: timeouts } = tcp;
  return [
    ...(overflows > 0 ? [{ incident: "listen-overflow", times: overflows } as const] : []),
    ...(timeouts > 0 ? [{ incident: "retransmission-timeout", times: timeouts } as const] : []),
  ];
}
