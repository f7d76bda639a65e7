import type { CsvValue } from "@c10k-lab/files";
import { decodeAddress, SOCKADDR_BYTES } from "@c10k-lab/posix";
import { OUTCOMES, type Outcome } from "@c10k-lab/protocol";
import { ROW_CLOSED, SharedRows, type SharedRowsMemory } from "@c10k-lab/stats";
import { OUTCOME } from "./outcome.ts";

/** Fields of a requested connection's row. Times in microseconds, on CLOCK_MONOTONIC where they are moments. */
export const RESULT = {
  startedUs: 0,
  establishedUs: 1,
  endedUs: 2,
  firstResponseUs: 3,
  planned: 4,
  completed: 5,
  bytesSent: 6,
  bytesReceived: 7,
  responseSumUs: 8,
  responseMinUs: 9,
  responseMaxUs: 10,
  responseP50Us: 11,
  responseP99Us: 12,
  /** Index into OUTCOMES. */
  outcome: 13,
  /** 1 when it ended while a message was under way. */
  inFlight: 14,
  /** 1 when it ended before it had done what it was asked for. */
  owed: 15,
} as const;

/** How a connection ended. */
export interface ConnectionEnd {
  /** Index into OUTCOMES. */
  readonly outcome: number;
  readonly endedUs: number;
  /** A message was under way. */
  readonly isInFlight: boolean;
  /** It ended before it had done what it was asked for, and not because of an interrupt. */
  readonly isOwed: boolean;
  readonly p50Us: number;
  readonly p99Us: number;
}

const FIELDS_PER_ROW = 16;

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
} as const;

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
      rows: SharedRows.allocate(connections, FIELDS_PER_ROW).memory,
      locals: new SharedArrayBuffer(connections * SOCKADDR_BYTES),
      live: new SharedArrayBuffer(Object.keys(LIVE).length * Float64Array.BYTES_PER_ELEMENT),
    });
  }

  setLocal(connection: number, sockaddr: Uint8Array): void {
    this.#locals.set(sockaddr, connection * SOCKADDR_BYTES);
  }

  /** Writes how a connection ended, and publishes its row. */
  close(connection: number, end: ConnectionEnd): void {
    const { rows } = this;
    // A bucket's middle may lie outside what was measured.
    const clamp = (us: number) =>
      Math.min(
        rows.get(connection, RESULT.responseMaxUs),
        Math.max(rows.get(connection, RESULT.responseMinUs), us),
      );
    rows.set(connection, RESULT.endedUs, end.endedUs);
    rows.set(connection, RESULT.outcome, end.outcome);
    rows.set(connection, RESULT.inFlight, Number(end.isInFlight));
    rows.set(connection, RESULT.owed, Number(end.isOwed));
    rows.set(connection, RESULT.responseP50Us, clamp(end.p50Us));
    rows.set(connection, RESULT.responseP99Us, clamp(end.p99Us));
    if (end.outcome !== OUTCOME.ok) this.live[LIVE.errors]++;
    rows.publish(connection, ROW_CLOSED);
  }

  outcome(connection: number): Outcome {
    return OUTCOMES[this.rows.get(connection, RESULT.outcome)] ?? "error";
  }

  /** Values in the order of CLIENT_COLUMNS; what was never measured is empty. */
  csvRow(connection: number): CsvValue[] {
    const get = (field: number) => this.rows.get(connection, field);
    const { host, port } = decodeAddress(this.#locals, connection * SOCKADDR_BYTES);
    const completed = get(RESULT.completed);
    const established = get(RESULT.establishedUs);
    const ifAny = (us: number) => (completed > 0 ? milliseconds(us) : null);
    const planned = get(RESULT.planned);
    return [
      connection + 1,
      established > 0 ? host : null,
      established > 0 ? port : null,
      established > 0 ? milliseconds(established - get(RESULT.startedUs)) : null,
      ifAny(get(RESULT.firstResponseUs)),
      Number.isFinite(planned) ? planned : null,
      completed,
      get(RESULT.bytesSent),
      get(RESULT.bytesReceived),
      ifAny(get(RESULT.responseSumUs) / completed),
      ifAny(get(RESULT.responseMinUs)),
      ifAny(get(RESULT.responseP50Us)),
      ifAny(get(RESULT.responseP99Us)),
      ifAny(get(RESULT.responseMaxUs)),
      milliseconds(Math.max(0, get(RESULT.endedUs) - get(RESULT.startedUs))),
      this.outcome(connection),
    ];
  }
}

function milliseconds(us: number): number {
  return Math.round(us) / 1000;
}
