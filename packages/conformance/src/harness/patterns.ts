import { randomBytes } from "node:crypto";

// A prime, so that a shift of any other size is seen.
const PERIOD = 65_521;

/** An endless stream of bytes of its own: what a client sends, and how it knows its echo. */
export class Pattern {
  readonly #period = randomBytes(PERIOD);

  /** The bytes from `offset` on. */
  at(offset: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length);
    for (let filled = 0; filled < length; ) {
      const from = (offset + filled) % PERIOD;
      filled += this.#period.copy(bytes, filled, from, Math.min(PERIOD, from + length - filled));
    }
    return bytes;
  }
}

/** A text line of so many bytes, newline included. */
export function line(bytes: number): Buffer {
  const text = Buffer.alloc(bytes, "0123456789abcdefghijklmnopqrstuvwxyz");
  text[bytes - 1] = 0x0a;
  return text;
}
