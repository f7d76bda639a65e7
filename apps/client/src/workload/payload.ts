import type { Range } from "@c10k-lab/cli";
import { NEWLINE } from "@c10k-lab/protocol/message";
import { nextState, stateOf } from "./random.ts";

/** Most memory for random texts; a pool has at least two texts. */
const POOL_BYTES = 64 * 1024 * 1024;
const MOST_TEXTS = 256;

/** The default text: 20 bytes with its number, as many as "This is the payload" and its newline. */
const NUMBERED = "This is payload ";
const DIGITS = 3;
const NUMBERED_TEXTS = 16 ** DIGITS;
export const NUMBERED_BYTES = NUMBERED.length + DIGITS + 1;

/** Options of the texts that messages are made of. */
export interface Texts {
  /** The fixed text with its newline; null: texts differ. */
  readonly message: Uint8Array | null;
  /** Texts that differ: random bytes, or numbered sentences of NUMBERED_BYTES. */
  readonly texts: "numbered" | "random";
  /** Bytes of a message, newline included. */
  readonly sizeBytes: Range;
  /** Seed of everything random. */
  readonly seed: number;
}

// A loop beats the call into memcmp below this many bytes.
const LOOP_BYTES = 64;

/**
 * Texts to send, made before the load starts. A message is the tail of one text: it has any size, ends in the text's
 * newline, and is sent and verified without a copy. Texts differ, random ones from the first byte on, numbered ones in
 * their number, so the echo of another connection or another message is noticed.
 */
export class PayloadPool {
  readonly bytes: Buffer;
  /** The number of different texts. */
  readonly texts: number;
  readonly #textBytes: number;

  /** @param allocate returns memory; io_uring needs some that stays at its address */
  constructor(workload: Texts, allocate: (length: number) => Buffer = Buffer.alloc) {
    this.#textBytes = workload.sizeBytes.to;
    this.texts = this.#count(workload);
    this.bytes = allocate(this.texts * this.#textBytes);
    if (workload.message) this.bytes.set(workload.message);
    else if (workload.texts === "numbered") this.#number();
    else this.#fill(workload.seed);
  }

  /** Returns where a text ends in `bytes`: a message of n bytes is the n bytes before. */
  end(text: number): number {
    return (text + 1) * this.#textBytes;
  }

  /** Returns true when `received[0, length)` equals `bytes[from, from + length)`. */
  matches(from: number, received: Buffer, length: number): boolean {
    if (length > LOOP_BYTES) return received.compare(this.bytes, from, from + length, 0, length) === 0;
    for (let at = 0; at < length; at++) {
      if (received[at] !== this.bytes[from + at]) return false;
    }
    return true;
  }

  #count({ message, texts }: Texts): number {
    if (message) return 1;
    if (texts === "numbered") return NUMBERED_TEXTS;
    return Math.max(2, Math.min(MOST_TEXTS, Math.floor(POOL_BYTES / this.#textBytes)));
  }

  #number(): void {
    for (let text = 0; text < this.texts; text++) {
      const number = text.toString(16).padStart(DIGITS, "0");
      this.bytes.write(`${NUMBERED}${number}\n`, text * this.#textBytes, "latin1");
    }
  }

  /** Fills the pool with printable ASCII, "!" to "~": one byte is one character of UTF-8. */
  #fill(seed: number): void {
    let state = stateOf(seed, -1);
    for (let at = 0; at < this.bytes.length; at++) {
      state = nextState(state);
      this.bytes[at] = 0x21 + ((state >>> 0) % 94);
    }
    for (let text = 0; text < this.texts; text++) this.bytes[this.end(text) - 1] = NEWLINE;
  }
}
