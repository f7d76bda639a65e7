import type { PayloadPool } from "../workload/payload.ts";
import { nextState, pick, stateOf } from "../workload/random.ts";
import type { Workload } from "../workload/workload.ts";
import { type ConnectionTable, DOUBLE, doubleAt, INTEGER, integerAt } from "./connection-table.ts";

/** Bytes that are shown before and after the first wrong one. */
const BEFORE_WRONG = 30;

/** Messages in flight, one a connection: their bytes, how many are sent, how many are back. Allocates nothing. */
export class Messages {
  readonly #pool: PayloadPool;
  readonly #workload: Workload;
  readonly #integers: Int32Array;
  readonly #doubles: Float64Array;

  constructor(pool: PayloadPool, workload: Workload, { integers, doubles }: ConnectionTable) {
    this.#pool = pool;
    this.#workload = workload;
    this.#integers = integers;
    this.#doubles = doubles;
  }

  /** Seeds the random numbers of a connection. */
  seed(connection: number): void {
    this.#integers[integerAt(connection, INTEGER.random)] = stateOf(this.#workload.seed, connection);
  }

  /** Picks the text and the size of the next message, and starts its clock. */
  compose(connection: number, nowUs: number): void {
    const { texts } = this.#pool;
    const { from, to } = this.#workload.sizeBytes;
    const integers = this.#integers;
    integers[integerAt(connection, INTEGER.sizeBytes)] = texts > 1 ? this.draw(connection, from, to) : from;
    const text = texts > 1 ? this.draw(connection, 0, texts - 1) : 0;
    integers[integerAt(connection, INTEGER.end)] = this.#pool.end(text);
    integers[integerAt(connection, INTEGER.sent)] = 0;
    integers[integerAt(connection, INTEGER.received)] = 0;
    this.#doubles[doubleAt(connection, DOUBLE.sentAtUs)] = nowUs;
  }

  /** Draws a whole number of `from` to `to` from the connection's random numbers. */
  draw(connection: number, from: number, to: number): number {
    const at = integerAt(connection, INTEGER.random);
    this.#integers[at] = nextState(this.#integers[at]);
    return pick(this.#integers[at], from, to);
  }

  sentAtUs(connection: number): number {
    return this.#doubles[doubleAt(connection, DOUBLE.sentAtUs)];
  }

  /** Offset of the unsent bytes in the pool. */
  offset(connection: number): number {
    return this.#integers[integerAt(connection, INTEGER.end)] - this.unsentBytes(connection);
  }

  unsentBytes(connection: number): number {
    const integers = this.#integers;
    return integers[integerAt(connection, INTEGER.sizeBytes)] - integers[integerAt(connection, INTEGER.sent)];
  }

  isComplete(connection: number): boolean {
    const integers = this.#integers;
    return (
      integers[integerAt(connection, INTEGER.received)] === integers[integerAt(connection, INTEGER.sizeBytes)]
    );
  }

  noteSent(connection: number, bytes: number): void {
    this.#integers[integerAt(connection, INTEGER.sent)] += bytes;
  }

  /** Returns the text around the first byte of `echo[0, length)`, just refused, that differs from what was sent. */
  describeWrong(
    connection: number,
    echo: Buffer,
    length: number,
  ): { readonly sent: string; readonly received: string } {
    const end = this.#integers[integerAt(connection, INTEGER.end)];
    const due = this.#pool.bytes.subarray(this.#unreceivedFrom(connection) - length, end);
    let first = 0;
    while (first < Math.min(length, due.length) && due[first] === echo[first]) first++;
    const start = Math.max(0, first - BEFORE_WRONG);
    const cut = (bytes: Buffer | Uint8Array, until: number) =>
      Buffer.from(bytes.subarray(start, Math.min(until, first + BEFORE_WRONG))).toString("utf8");
    return { sent: cut(due, due.length), received: cut(echo, length) };
  }

  /** Compares `echo[0, length)` with the bytes that are due. @returns false when a byte differs or was never sent */
  accept(connection: number, echo: Buffer, length: number): boolean {
    const integers = this.#integers;
    const from = this.#unreceivedFrom(connection);
    const received = integers[integerAt(connection, INTEGER.received)] + length;
    integers[integerAt(connection, INTEGER.received)] = received;
    return (
      received <= integers[integerAt(connection, INTEGER.sent)] && this.#pool.matches(from, echo, length)
    );
  }

  /** Offset in the pool of the bytes whose echo is due. */
  #unreceivedFrom(connection: number): number {
    const integers = this.#integers;
    return (
      integers[integerAt(connection, INTEGER.end)] -
      integers[integerAt(connection, INTEGER.sizeBytes)] +
      integers[integerAt(connection, INTEGER.received)]
    );
  }
}
