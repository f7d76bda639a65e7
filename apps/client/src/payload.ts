import { NEWLINE } from "@c10k-lab/protocol";
import { nextState, stateOf } from "./random.ts";
import type { Workload } from "./workload.ts";

/** Memory for random texts, at most; two are always kept. */
const POOL_BYTES = 64 * 1024 * 1024;
const MOST_TEXTS = 256;

// A loop beats the call into memcmp below this many bytes.
const LOOP_BYTES = 64;

/**
 * The texts that are sent, made before the load starts. A message is the tail of one text: any size, always ending in
 * the text's newline, and nothing is copied to send or to verify it. Texts differ from the first byte on, so an echo
 * that belongs to another connection or another message is recognised.
 */
export class PayloadPool {
  readonly bytes: Buffer;
  /** How many different texts there are. */
  readonly texts: number;
  readonly #textBytes: number;

  constructor(workload: Pick<Workload, "message" | "sizeBytes" | "seed">) {
    this.#textBytes = workload.sizeBytes.to;
    this.texts = workload.message
      ? 1
      : Math.max(2, Math.min(MOST_TEXTS, Math.floor(POOL_BYTES / this.#textBytes)));
    this.bytes = Buffer.alloc(this.texts * this.#textBytes);
    if (workload.message) this.bytes.set(workload.message);
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
