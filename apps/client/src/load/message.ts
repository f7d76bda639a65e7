import type { PayloadPool } from "../workload/payload.ts";
import { nextState, pick, stateOf } from "../workload/random.ts";
import type { Workload } from "../workload/workload.ts";

/** Bytes that are shown before and after the first wrong one. */
const BEFORE_WRONG = 30;

/** The message of a connection that is in flight: its bytes, how many are sent, how many are back. Allocates nothing. */
export class Message {
  sentAtUs = 0;
  readonly #pool: PayloadPool;
  readonly #workload: Workload;
  /** State of the connection's random numbers. */
  #random: number;
  #sizeBytes = 0;
  /** Offset of the end of the message in the pool. */
  #end = 0;
  #sent = 0;
  #received = 0;

  constructor(pool: PayloadPool, workload: Workload, connection: number) {
    this.#pool = pool;
    this.#workload = workload;
    this.#random = stateOf(workload.seed, connection);
  }

  /** Picks the text and the size of the next message, and starts its clock. */
  compose(nowUs: number): void {
    const { texts } = this.#pool;
    const { from, to } = this.#workload.sizeBytes;
    this.#sizeBytes = texts > 1 ? this.draw(from, to) : from;
    this.#end = this.#pool.end(texts > 1 ? this.draw(0, texts - 1) : 0);
    this.#sent = 0;
    this.#received = 0;
    this.sentAtUs = nowUs;
  }

  /** Draws a whole number of `from` to `to` from the connection's random numbers. */
  draw(from: number, to: number): number {
    this.#random = nextState(this.#random);
    return pick(this.#random, from, to);
  }

  /** Offset of the unsent bytes in the pool. */
  get offset(): number {
    return this.#end - this.#sizeBytes + this.#sent;
  }

  get unsentBytes(): number {
    return this.#sizeBytes - this.#sent;
  }

  get isComplete(): boolean {
    return this.#received === this.#sizeBytes;
  }

  noteSent(bytes: number): void {
    this.#sent += bytes;
  }

  /** Returns the text around the first byte of `echo[0, length)`, just refused, that differs from what was sent. */
  describeWrong(echo: Buffer, length: number): { readonly sent: string; readonly received: string } {
    const from = this.#end - this.#sizeBytes + this.#received - length;
    const due = this.#pool.bytes.subarray(from, this.#end);
    let first = 0;
    while (first < Math.min(length, due.length) && due[first] === echo[first]) first++;
    const start = Math.max(0, first - BEFORE_WRONG);
    const cut = (bytes: Buffer | Uint8Array, end: number) =>
      Buffer.from(bytes.subarray(start, Math.min(end, first + BEFORE_WRONG))).toString("utf8");
    return { sent: cut(due, due.length), received: cut(echo, length) };
  }

  /** Compares `echo[0, length)` with the bytes that are due. @returns false when a byte differs or was never sent */
  accept(echo: Buffer, length: number): boolean {
    const from = this.#end - this.#sizeBytes + this.#received;
    this.#received += length;
    return this.#received <= this.#sent && this.#pool.matches(from, echo, length);
  }
}
