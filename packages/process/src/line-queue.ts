import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { callAfter } from "./timers.ts";

/**
 * Calls `onLine` with each line of a stream as it arrives.
 *
 * @param onEnd called when the stream ends or breaks, possibly twice
 */
export function eachLine(stream: Readable, onLine: (line: string) => void, onEnd = () => {}): void {
  createInterface(stream).on("line", onLine).on("error", onEnd).on("close", onEnd);
}

/** Lines that nobody has asked for, and that are kept at least; at most twice as many. */
const LINES_KEPT = 1000;

/**
 * Lines of a stream, read as they arrive even if nobody waits for them: a full pipe would block the writer. The oldest go when
 * there are too many.
 */
export class LineQueue {
  readonly #waiting: ((line: string | null) => void)[] = [];
  readonly #lines: string[] = [];
  #hasEnded = false;
  #isDropping = false;

  constructor(stream: Readable) {
    eachLine(
      stream,
      (line) => this.#push(line),
      () => this.#finish(),
    );
  }

  /** Returns the next line; null when the stream has ended, or no line came within `timeoutMs`. */
  async next(timeoutMs: number): Promise<string | null> {
    const line = this.#lines.shift();
    if (line !== undefined) return line;
    if (this.#hasEnded) return null;
    return new Promise((resolve) => {
      const waiter = (next: string | null) => {
        cancel();
        resolve(next);
      };
      const cancel = callAfter(timeoutMs, () => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        resolve(null);
      });
      this.#waiting.push(waiter);
    });
  }

  /** Drops all further lines: a program that writes a line for each message must not fill the memory. */
  dropRest(): void {
    this.#isDropping = true;
    this.#lines.length = 0;
  }

  #push(line: string): void {
    if (this.#isDropping) return;
    const waiting = this.#waiting.shift();
    if (waiting) waiting(line);
    else if (this.#lines.push(line) >= 2 * LINES_KEPT) this.#lines.splice(0, LINES_KEPT);
  }

  #finish(): void {
    this.#hasEnded = true;
    for (const waiting of this.#waiting.splice(0)) waiting(null);
  }
}
