import type { CsvValue } from "@c10k-lab/files";
import { decodeAddress, SOCKADDR_BYTES } from "@c10k-lab/posix";
import { CLIENT_COLUMNS } from "@c10k-lab/protocol/columns";
import { OUTCOMES, type Outcome } from "@c10k-lab/protocol/names";
import { ROW_CLOSED, SharedRows, type SharedRowsMemory } from "@c10k-lab/stats";
import { OUTCOME } from "./outcome.ts";

/**
 * Fields of a requested connection's row. Times in microseconds, moments on CLOCK_MONOTONIC. A row has two cache lines; a
 * message changes the first alone.
 */
export const RESULT = {
  completed: 0,
  /** Messages whose response times count: all but those of the warm-up. */
  measured: 1,
  bytesSent: 2,
  bytesReceived: 3,
  responseSumUs: 4,
  responseMinUs: 5,
  responseMaxUs: 6,
  firstResponseUs: 7,
  startedUs: 8,
  establishedUs: 9,
  endedUs: 10,
  planned: 11,
  responseP50Us: 12,
  responseP99Us: 13,
  /** Index into OUTCOMES. */
  outcome: 14,
  /** Sum of LEFT. */
  left: 15,
} as const;

/** Flags of what a connection left behind when it ended. */
export const LEFT = {
  /** Work, and no interrupt is the reason. */
  owed: 1,
  /** A message in flight. */
  inFlight: 2,
} as const;

/** The end of a connection. */
export interface ConnectionEnd {
  /** Index into OUTCOMES. */
  readonly outcome: number;
  readonly endedUs: number;
  /** A message was in flight. */
  readonly isInFlight: boolean;
  /** Work was left, and no interrupt is the reason. */
  readonly isOwed: boolean;
  readonly p50Us: number;
  readonly p99Us: number;
}

/** Live figures of the whole run, for the progress line and the series. */
export const LIVE = {
  attempted: 0,
  open: 1,
  established: 2,
  peak: 3,
  messages: 4,
  p50Us: 5,
  p99Us: 6,
  /** Most connections open at one time of which each had had a verified echo. */
  held: 7,
  /** Echoes that proved an idle connection alive. */
  proofs: 8,
  /** Connections that have ended with another outcome than ok. */
  errors: 9,
  /** Messages of the warm-up that are back. */
  warmup: 10,
} as const;

/** Shared memory of the table: plain data, to be handed to the worker. */
export interface ResultsMemory {
  readonly rows: SharedRowsMemory;
  readonly locals: SharedArrayBuffer;
  readonly live: SharedArrayBuffer;
}

/** A row for every requested connection, written by the worker, read by the main thread while it runs. */
export class ResultsTable {
  readonly memory: ResultsMemory;
  readonly rows: SharedRows;
  readonly live: Float64Array;
  readonly #locals: Uint8Array;

  constructor(memory: ResultsMemory) {
    this.memory = memory;
    this.rows = new SharedRows(memory.rows);
    this.live = new Float64Array(memory.live);
    this.#locals = new Uint8Array(memory.locals);
  }

  static allocate(connections: number): ResultsTable {
    return new ResultsTable({
      rows: SharedRows.allocate(connections, Object.keys(RESULT).length).memory,
      locals: new SharedArrayBuffer(connections * SOCKADDR_BYTES),
      live: new SharedArrayBuffer(Object.keys(LIVE).length * Float64Array.BYTES_PER_ELEMENT),
    });
  }

  /**
   * Notes that a connection begins to connect; a further attempt replaces the first.
   *
   * @param planned messages it is to exchange; Infinity: another bound holds
   */
  start(connection: number, planned: number, nowUs: number): void {
    this.rows.set(connection, RESULT.planned, planned);
    this.rows.set(connection, RESULT.startedUs, nowUs);
  }

  /** Notes that a connection is established. @returns the microseconds it took */
  establish(connection: number, local: Uint8Array, nowUs: number): number {
    const { live, rows } = this;
    this.#locals.set(local, connection * SOCKADDR_BYTES);
    rows.set(connection, RESULT.establishedUs, nowUs);
    live[LIVE.established]++;
    live[LIVE.open]++;
    live[LIVE.peak] = Math.max(live[LIVE.peak], live[LIVE.open]);
    return nowUs - rows.get(connection, RESULT.startedUs);
  }

  /** Returns true when a connection has begun to connect and is not established. */
  isConnecting(connection: number): boolean {
    const { rows } = this;
    return rows.get(connection, RESULT.startedUs) > 0 && rows.get(connection, RESULT.establishedUs) === 0;
  }

  /** Writes how a connection ended, and publishes its row. */
  close(connection: number, end: ConnectionEnd): void {
    const { live, rows } = this;
    if (rows.get(connection, RESULT.establishedUs) > 0) live[LIVE.open]--;
    if (end.outcome !== OUTCOME.ok) live[LIVE.errors]++;
    rows.set(connection, RESULT.endedUs, end.endedUs);
    rows.set(connection, RESULT.outcome, end.outcome);
    rows.set(connection, RESULT.left, (end.isOwed ? LEFT.owed : 0) + (end.isInFlight ? LEFT.inFlight : 0));
    rows.set(connection, RESULT.responseP50Us, this.#clamp(connection, end.p50Us));
    rows.set(connection, RESULT.responseP99Us, this.#clamp(connection, end.p99Us));
    rows.publish(connection, ROW_CLOSED);
  }

  outcome(connection: number): Outcome {
    return OUTCOMES[this.rows.get(connection, RESULT.outcome)] ?? "error";
  }

  hasLeft(connection: number, flag: number): boolean {
    return (this.rows.get(connection, RESULT.left) & flag) !== 0;
  }

  /** Sums a field over all rows. */
  sum(field: number): number {
    let sum = 0;
    for (let connection = 0; connection < this.rows.capacity; connection++) {
      sum += this.rows.get(connection, field);
    }
    return sum;
  }

  /** Returns a row for the CSV file, in the order of CLIENT_COLUMNS. A value that was never measured is null. */
  csvRow(connection: number): CsvValue[] {
    const get = (field: number) => this.rows.get(connection, field);
    const { host, port } = decodeAddress(this.#locals, connection * SOCKADDR_BYTES);
    const completed = get(RESULT.completed);
    const isEstablished = get(RESULT.establishedUs) > 0;
    const measured = get(RESULT.measured);
    const response = (us: number) => (measured > 0 ? milliseconds(us) : null);
    const planned = get(RESULT.planned);
    const values: Readonly<Record<(typeof CLIENT_COLUMNS)[number], CsvValue>> = {
      connection: connection + 1,
      local_address: isEstablished ? host : null,
      local_port: isEstablished ? port : null,
      connect_ms: isEstablished ? milliseconds(get(RESULT.establishedUs) - get(RESULT.startedUs)) : null,
      first_response_ms: completed > 0 ? milliseconds(get(RESULT.firstResponseUs)) : null,
      requests_planned: Number.isFinite(planned) ? planned : null,
      requests_completed: completed,
      bytes_sent: get(RESULT.bytesSent),
      bytes_received: get(RESULT.bytesReceived),
      response_ms_mean: response(get(RESULT.responseSumUs) / measured),
      response_ms_min: response(get(RESULT.responseMinUs)),
      response_ms_p50: response(get(RESULT.responseP50Us)),
      response_ms_p99: response(get(RESULT.responseP99Us)),
      response_ms_max: response(get(RESULT.responseMaxUs)),
      duration_ms: milliseconds(Math.max(0, get(RESULT.endedUs) - get(RESULT.startedUs))),
      outcome: this.outcome(connection),
    };
    return CLIENT_COLUMNS.map((column) => values[column]);
  }

  /** Keeps a percentile within the measured times: the middle of its bucket may lie outside. */
  #clamp(connection: number, us: number): number {
    const leastUs = this.rows.get(connection, RESULT.responseMinUs);
    const mostUs = this.rows.get(connection, RESULT.responseMaxUs);
    return Math.min(mostUs, Math.max(leastUs, us));
  }
}

function milliseconds(us: number): number {
  return Math.round(us) / 1000;
}
