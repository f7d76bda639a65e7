import {
  CLOCKS,
  type Clock,
  type LabResults,
  OUTCOMES,
  type RepetitionResult,
  TCP_COUNTERS,
} from "@c10k-lab/protocol";
import { computeFigures, type RepetitionFigures } from "./repetition-figures.ts";

export type SummaryRow = Record<string, string | number | null>;

/** Returns a flat row for each repetition, in the order they were run, for summary.csv: all rows have the same columns. */
export function summaryRows(results: LabResults): SummaryRow[] {
  return results.repetitions.map(makeRow);
}

function makeRow(cell: RepetitionResult): SummaryRow {
  const figures = computeFigures(cell);
  return {
    ...identityColumns(cell),
    ...connectionColumns(cell, figures),
    ...judgementColumns(cell),
    ...rateColumns(cell, figures),
    ...Object.assign({}, ...CLOCKS.map((clock) => latencyColumns(figures, clock))),
    ...costColumns(figures),
    ...evidenceColumns(cell),
  };
}

function identityColumns(cell: RepetitionResult): SummaryRow {
  return {
    cell: cell.cell,
    run: cell.repetition,
    group: cell.group,
    variant: cell.variant,
    server: cell.server,
    axis: cell.axis,
    x: cell.axisValue,
    clients: cell.clients,
  };
}

function connectionColumns(
  { connections, client, final }: RepetitionResult,
  figures: RepetitionFigures,
): SummaryRow {
  return {
    connections_asked: connections,
    connections_established: figures.established,
    connections_held: figures.held,
    connections_completed: client?.achieved.completed ?? null,
    connections_refused: final?.refused ?? null,
    ...Object.fromEntries(
      OUTCOMES.map((name) => [`outcome_${name.replaceAll("-", "_")}`, client?.outcomes[name] ?? null]),
    ),
    messages_unsent: client?.achieved.unsent ?? null,
    messages_in_flight: client?.achieved.inFlight ?? null,
  };
}

function judgementColumns({ status, doubts }: RepetitionResult): SummaryRow {
  return {
    status,
    verdict: doubts.length === 0 ? "valid" : "inconclusive",
    verdict_reasons: doubts.map(({ reason }) => reason).join(" "),
  };
}

function rateColumns({ client }: RepetitionResult, figures: RepetitionFigures): SummaryRow {
  return {
    messages: figures.messages,
    messages_per_second: figures.messagesPerSecond,
    mib_per_second: figures.mibPerSecond,
    connections_per_second: figures.connectionsPerSecond,
    messaging_ms: client?.achieved.messagingMs ?? null,
    duration_ms: client?.achieved.durationMs ?? null,
  };
}

/** Returns columns of processor time, memory and the poller's work. */
function costColumns(figures: RepetitionFigures): SummaryRow {
  return {
    server_cpu_user_us_per_message: figures.userPerMessageUs,
    server_cpu_system_us_per_message: figures.systemPerMessageUs,
    server_cpu_us_per_message: figures.cpuPerMessageUs,
    server_cpu_percent_of_core: figures.serverCorePercent,
    client_cpu_percent_of_core: figures.clientCorePercent,
    server_rss_peak_mib: figures.rssPeakMiB,
    server_rss_kib_per_connection: figures.rssPerConnectionKiB,
    server_threads_peak: figures.threadsPeak,
    voluntary_switches_per_message: figures.voluntaryPerMessage,
    involuntary_switches_per_message: figures.involuntaryPerMessage,
    switches_per_message: figures.switchesPerMessage,
    system_calls_per_message: figures.callsPerMessage,
    descriptors_scanned_per_wait: figures.descriptorsPerWait,
    events_per_wait: figures.eventsPerWait,
    words_scanned_per_wait: figures.wordsPerWait,
  };
}

function evidenceColumns(cell: RepetitionResult): SummaryRow {
  const { host, tcp } = cell.evidence;
  return {
    host_stolen_percent_of_core: host.stolenPercent,
    host_other_percent_of_core: host.otherPercent,
    ledgers_balanced: describeLedgers(cell),
    ...Object.fromEntries(TCP_COUNTERS.map((name) => [`tcp_${name}`, tcp[name] ?? null])),
  };
}

/** Returns columns such as first_response_p99_ms for “firstResponse”. */
function latencyColumns({ latency }: RepetitionFigures, clock: Clock): SummaryRow {
  const name = clock.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const percentiles = Object.entries(latency[clock]);
  return Object.fromEntries(percentiles.map(([key, ms]) => [`${name}_${key}_ms`, ms]));
}

/** Returns `true`, `false`, or `client-only` where the server keeps no ledger; null where they were not compared. */
function describeLedgers({ ledger, reconciliation }: RepetitionResult): string | null {
  if (ledger === "client-only") return ledger;
  return reconciliation === null ? null : String(reconciliation.balanced);
}
