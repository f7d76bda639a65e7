import type { CsvValue } from "@c10k-lab/files";
import { posix } from "@c10k-lab/posix";
import { CLIENT_COLUMNS } from "@c10k-lab/protocol/columns";
import { OUTCOMES, type Outcome } from "@c10k-lab/protocol/names";
import { ROW_CLOSED, SharedRows, type SharedRowsMemory } from "@c10k-lab/stats/shared-rows";
import { LocalAddresses, type LocalAddressesMemory } from "./local-addresses.ts";
import { OUTCOME } from "./outcome.ts";
import { middleOf } from "./response-times.ts";

/** Fields of a requested connection's row, times in microseconds: what a message changes is one cache line. */
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
} as const;

/** Longest time of connect(2) that a row holds, µs: 71 minutes. */
const MOST_CONNECT_US = 2 ** 32 - 1;

/** Buckets with percentiles of the response times of a connection that has ended, see ResponseTimes. */
const PERCENTILE = { p50: 0, p99: 1 } as const;
const PERCENTILES = Object.keys(PERCENTILE).length;

/** Flags of a connection. */
const HAS = {
  /** Messages to exchange. */
  work: 1,
  /** Left work behind when it ended, and no interrupt is the reason. */
  owed: 2,
  /** Ended with a message in flight. */
  inFlight: 4,
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
  readonly p50Bucket: number;
  readonly p99Bucket: number;
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
  readonly starts: SharedArrayBuffer;
  readonly connects: SharedArrayBuffer;
  readonly ends: SharedArrayBuffer;
  readonly percentiles: SharedArrayBuffer;
  readonly outcomes: SharedArrayBuffer;
  readonly flags: SharedArrayBuffer;
  readonly locals: LocalAddressesMemory;
  readonly live: SharedArrayBuffer;
  /** Messages that each connection with work is to exchange; Infinity: another bound holds. */
  readonly messagesEach: number;
}

/** A row for every requested connection, written by the worker, read by the main thread while it runs. */
export class ResultsTable {
  readonly memory: ResultsMemory;
  readonly rows: SharedRows;
  readonly live: Float64Array;
  /** Moments of the start and of the end, µs on CLOCK_MONOTONIC; 0: it has not come. */
  readonly #startsUs: Float64Array;
  readonly #endsUs: Float64Array;
  /** Times from the start to established, whole µs and at least one; 0: not established. */
  readonly #connectsUs: Uint32Array;
  readonly #percentiles: Uint16Array;
  /** Indexes into OUTCOMES. */
  readonly #outcomes: Uint8Array;
  /** Sums of HAS. */
  readonly #flags: Uint8Array;
  readonly #locals: LocalAddresses;

  constructor(memory: ResultsMemory) {
    this.memory = memory;
    this.rows = new SharedRows(memory.rows);
    this.live = new Float64Array(memory.live);
    this.#startsUs = new Float64Array(memory.starts);
    this.#endsUs = new Float64Array(memory.ends);
    this.#connectsUs = new Uint32Array(memory.connects);
    this.#percentiles = new Uint16Array(memory.percentiles);
    this.#outcomes = new Uint8Array(memory.outcomes);
    this.#flags = new Uint8Array(memory.flags);
    this.#locals = new LocalAddresses(memory.locals);
  }

  /** @param family that of the server's address */
  static allocate(connections: number, messagesEach: number, family = posix.AF_INET): ResultsTable {
    const share = (bytesEach: number) => new SharedArrayBuffer(connections * bytesEach);
    return new ResultsTable({
      rows: SharedRows.allocate(connections, Object.keys(RESULT).length).memory,
      starts: share(Float64Array.BYTES_PER_ELEMENT),
      connects: share(Uint32Array.BYTES_PER_ELEMENT),
      ends: share(Float64Array.BYTES_PER_ELEMENT),
      percentiles: share(PERCENTILES * Uint16Array.BYTES_PER_ELEMENT),
      outcomes: share(1),
      flags: share(1),
      locals: LocalAddresses.allocate(connections, family).memory,
      live: new SharedArrayBuffer(Object.keys(LIVE).length * Float64Array.BYTES_PER_ELEMENT),
      messagesEach,
    });
  }

  startedUs(connection: number): number {
    return this.#startsUs[connection];
  }

  /** Returns the moment when a connection was established; it must have been. */
  establishedUs(connection: number): number {
    return this.#startsUs[connection] + this.#connectsUs[connection];
  }

  isEstablished(connection: number): boolean {
    return this.#connectsUs[connection] > 0;
  }

  endedUs(connection: number): number {
    return this.#endsUs[connection];
  }

  /** Notes that a connection begins to connect; a further attempt replaces the first. */
  start(connection: number, hasWork: boolean, nowUs: number): void {
    this.#flags[connection] = hasWork ? HAS.work : 0;
    this.#startsUs[connection] = nowUs;
  }

  /** Notes that a connection is established. @returns the microseconds it took */
  establish(connection: number, local: Uint8Array, nowUs: number): number {
    const { live } = this;
    this.#locals.keep(connection, local);
    const connectUs = nowUs - this.startedUs(connection);
    this.#connectsUs[connection] = Math.min(MOST_CONNECT_US, Math.max(1, Math.round(connectUs)));
    live[LIVE.established]++;
    live[LIVE.open]++;
    live[LIVE.peak] = Math.max(live[LIVE.peak], live[LIVE.open]);
    return connectUs;
  }

  /** Returns true when a connection has begun to connect and is not established. */
  isConnecting(connection: number): boolean {
    return this.startedUs(connection) > 0 && !this.isEstablished(connection);
  }

  /** Writes how a connection ended, and publishes its row. */
  close(connection: number, end: ConnectionEnd): void {
    const { live, rows } = this;
    if (this.isEstablished(connection)) live[LIVE.open]--;
    if (end.outcome !== OUTCOME.ok) live[LIVE.errors]++;
    this.#endsUs[connection] = end.endedUs;
    this.#outcomes[connection] = end.outcome;
    this.#flags[connection] |= (end.isOwed ? HAS.owed : 0) | (end.isInFlight ? HAS.inFlight : 0);
    this.#percentiles[connection * PERCENTILES + PERCENTILE.p50] = end.p50Bucket;
    this.#percentiles[connection * PERCENTILES + PERCENTILE.p99] = end.p99Bucket;
    rows.publish(connection, ROW_CLOSED);
  }

  outcome(connection: number): Outcome {
    return OUTCOMES[this.#outcomes[connection]] ?? "error";
  }

  /** Returns true when a connection left work behind, and no interrupt is the reason. */
  isOwed(connection: number): boolean {
    return (this.#flags[connection] & HAS.owed) !== 0;
  }

  /** Returns true when a connection ended with a message in flight. */
  wasInFlight(connection: number): boolean {
    return (this.#flags[connection] & HAS.inFlight) !== 0;
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
    const { host, port } = this.#locals.read(connection);
    const completed = get(RESULT.completed);
    const startedUs = this.startedUs(connection);
    const isEstablished = this.isEstablished(connection);
    const measured = get(RESULT.measured);
    const response = (us: number) => (measured > 0 ? milliseconds(us) : null);
    const planned = (this.#flags[connection] & HAS.work) === 0 ? 0 : this.memory.messagesEach;
    const values: Readonly<Record<(typeof CLIENT_COLUMNS)[number], CsvValue>> = {
      connection: connection + 1,
      local_address: isEstablished ? host : null,
      local_port: isEstablished ? port : null,
      connect_ms: isEstablished ? milliseconds(this.#connectsUs[connection]) : null,
      first_response_ms: completed > 0 ? milliseconds(get(RESULT.firstResponseUs)) : null,
      requests_planned: Number.isFinite(planned) ? planned : null,
      requests_completed: completed,
      bytes_sent: get(RESULT.bytesSent),
      bytes_received: get(RESULT.bytesReceived),
      response_ms_mean: response(get(RESULT.responseSumUs) / measured),
      response_ms_min: response(get(RESULT.responseMinUs)),
      response_ms_p50: response(this.#percentileUs(connection, PERCENTILE.p50)),
      response_ms_p99: response(this.#percentileUs(connection, PERCENTILE.p99)),
      response_ms_max: response(get(RESULT.responseMaxUs)),
      duration_ms: milliseconds(Math.max(0, this.endedUs(connection) - startedUs)),
      outcome: this.outcome(connection),
    };
    return CLIENT_COLUMNS.map((column) => values[column]);
  }

  /** Returns a percentile, within the measured times: the middle of its bucket may lie outside. */
  #percentileUs(connection: number, percentile: number): number {
    const us = middleOf(this.#percentiles[connection * PERCENTILES + percentile]);
    const leastUs = this.rows.get(connection, RESULT.responseMinUs);
    const mostUs = this.rows.get(connection, RESULT.responseMaxUs);
    return Math.min(mostUs, Math.max(leastUs, us));
  }
}

function milliseconds(us: number): number {
  return Math.round(us) / 1000;
}
