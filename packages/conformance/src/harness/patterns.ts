import { randomBytes } from "node:crypto";

/** Bytes after which a pattern begins again: a prime, so that a shift by any other size shows. */
export const PERIOD = 65_521;

/** Endless random stream of one client, by which the client recognises its echo. */
export class Pattern {
  readonly #period = randomBytes(PERIOD);

  /** Returns `length` bytes of the stream from `offset` on. */
  at(offset: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length);
    for (let filled = 0; filled < length; ) {
      const from = (offset + filled) % PERIOD;
      filled += this.#period.copy(bytes, filled, from, Math.min(PERIOD, from + length - filled));
    }
    return bytes;
  }
}

/** Returns a text line of `bytes` bytes, newline included. */
export function line(bytes: number): Buffer {
  const text = Buffer.alloc(bytes, "0123456789abcdefghijklmnopqrstuvwxyz");
  text[bytes - 1] = 0x0a;
  return text;
}
