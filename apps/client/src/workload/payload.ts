import type { Range } from "@c10k-lab/cli";
import { NEWLINE } from "@c10k-lab/protocol";
import { nextState, stateOf } from "./random.ts";

/** Memory for random texts, at most; two are always kept. */
const POOL_BYTES = 64 * 1024 * 1024;
const MOST_TEXTS = 256;

/** What is sent unless something else is asked for: 20 bytes, as many as "This is the payload" and its newline. */
const NUMBERED = "This is payload ";
const DIGITS = 3;
const NUMBERED_TEXTS = 16 ** DIGITS;
export const NUMBERED_BYTES = NUMBERED.length + DIGITS + 1;

/** What messages are made of. */
export interface Texts {
  /** The fixed text with its newline; null: texts differ. */
  readonly message: Uint8Array | null;
  /** Whether texts that differ are random bytes, or numbered sentences of NUMBERED_BYTES. */
  readonly texts: "numbered" | "random";
  /** Bytes of a message, newline included. */
  readonly sizeBytes: Range;
  /** Of everything random. */
  readonly seed: number;
}

// A loop beats the call into memcmp below this many bytes.
const LOOP_BYTES = 64;

/**
 * The texts that are sent, made before the load starts. A message is the tail of one text: any size, always ending in
 * the text's newline, and nothing is copied to send or to verify it. Random texts differ from the first byte on, numbered
 * ones in their number, so an echo that belongs to another connection or another message is recognised.
 */
export class PayloadPool {
  readonly bytes: Buffer;
  /** How many different texts there are. */
  readonly texts: number;
  readonly #textBytes: number;

  constructor(workload: Texts) {
    this.#textBytes = workload.sizeBytes.to;
    this.texts = this.#count(workload);
    this.bytes = Buffer.alloc(this.texts * this.#textBytes);
    if (workload.message) this.bytes.set(workload.message);
    else if (workload.texts === "numbered") this.#number();
    else this.#fill(workload.seed);
  }

  /** Where in `bytes` the message of `sizeBytes` ends that is the tail of text number `text`. */
  end(text: number): number {
    return (text + 1) * this.#textBytes;
  }

  /** Whether `received[0, length)` equals `bytes[from, from + length)`. */
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

  /** Printable ASCII, "!" to "~": one byte is one character of UTF-8. */
  #fill(seed: number): void {
    let state = stateOf(seed, -1);
    for (let at = 0; at < this.bytes.length; at++) {
      state = nextState(state);
      this.bytes[at] = 0x21 + ((state >>> 0) % 94);
    }
    for (let text = 0; text < this.texts; text++) this.bytes[this.end(text) - 1] = NEWLINE;
  }
}
