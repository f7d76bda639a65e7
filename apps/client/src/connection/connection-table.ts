import { posix } from "@c10k-lab/posix";
import type { State } from "./connection-states.ts";

/** Fields of a connection that are whole numbers of 32 bits: indexes into the integers of its row. */
export const INTEGER = {
  fd: 8,
  state: 9,
  /** Sum of FLAG. */
  flags: 10,
  /** State of the connection's random numbers. */
  random: 11,
  /** The message in flight: its size, and the offset of its end in the pool. */
  sizeBytes: 12,
  end: 13,
  sent: 14,
  received: 15,
} as const;

/** Fields of a connection that are doubles: indexes into the doubles of its row. Moments in µs on CLOCK_MONOTONIC. */
export const DOUBLE = {
  /** Moment of the last byte received, the last message sent or the start of connect(2). */
  progressUs: 0,
  sentAtUs: 1,
  /** Open loop: due time of the message in flight, or of the next one. */
  dueUs: 2,
  /** Messages that have begun since the load was last resumed. */
  begun: 3,
} as const;

export const FLAG = {
  /** The connection exchanges messages; the others stay idle. */
  active: 1,
  /** It is in the loop's queue for another turn. */
  queued: 2,
  /** Its work is done. */
  done: 4,
  /** Others wait for its first echo. */
  awaited: 8,
  /** A verified echo has come back. */
  held: 16,
  /** The message in flight is no measurement: its echo shows that an idle connection is alive. */
  proving: 32,
  /** It ends with that echo. */
  lastProof: 64,
} as const;

const ROW_BYTES = 64;
const INTEGERS_PER_ROW_BITS = 4;
const DOUBLES_PER_ROW_BITS = 3;

/**
 * State of all connections, one row each: 64 bytes, four doubles and eight integers. In objects the same fields take six
 * times as much, half of it for numbers that V8 keeps as objects of their own.
 */
export class ConnectionTable {
  readonly integers: Int32Array;
  readonly doubles: Float64Array;

  /** @param capacity connections, numbered from 0 */
  constructor(capacity: number) {
    // One row more than needed: each begins with a cache line, so that a message touches one.
    const memory = new ArrayBuffer((capacity + 1) * ROW_BYTES);
    const address = posix.address_of(new Uint8Array(memory));
    const from = (ROW_BYTES - (address % ROW_BYTES)) % ROW_BYTES;
    this.integers = new Int32Array(memory, from, capacity << INTEGERS_PER_ROW_BITS);
    this.doubles = new Float64Array(memory, from, capacity << DOUBLES_PER_ROW_BITS);
  }

  fd(connection: number): number {
    return this.integers[integerAt(connection, INTEGER.fd)];
  }

  setFd(connection: number, fd: number): void {
    this.integers[integerAt(connection, INTEGER.fd)] = fd;
  }

  state(connection: number): State {
    return this.integers[integerAt(connection, INTEGER.state)] as State;
  }

  setState(connection: number, state: State): void {
    this.integers[integerAt(connection, INTEGER.state)] = state;
  }

  has(connection: number, flag: number): boolean {
    return (this.integers[integerAt(connection, INTEGER.flags)] & flag) !== 0;
  }

  raise(connection: number, flag: number): void {
    this.integers[integerAt(connection, INTEGER.flags)] |= flag;
  }

  clear(connection: number, flag: number): void {
    this.integers[integerAt(connection, INTEGER.flags)] &= ~flag;
  }

  progressUs(connection: number): number {
    return this.doubles[doubleAt(connection, DOUBLE.progressUs)];
  }

  noteProgress(connection: number, nowUs: number): void {
    this.doubles[doubleAt(connection, DOUBLE.progressUs)] = nowUs;
  }
}

/** Returns the index of an integer of a connection. */
export function integerAt(connection: number, field: number): number {
  return (connection << INTEGERS_PER_ROW_BITS) + field;
}

/** Returns the index of a double of a connection. */
export function doubleAt(connection: number, field: number): number {
  return (connection << DOUBLES_PER_ROW_BITS) + field;
}
