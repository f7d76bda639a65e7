import type { Readable } from "node:stream";
import { eachLine } from "./lines.ts";

/** The lines of a stream, read as they come whether anybody waits for them or not: a full pipe would stop the writer. */
export class LineQueue {
  readonly #waiting: ((line: string | null) => void)[] = [];
  readonly #lines: string[] = [];
  #hasEnded = false;

  constructor(stream: Readable) {
    eachLine(
      stream,
      (line) => this.#push(line),
      () => this.#finish(),
    );
  }

  /** null when there will be none, or none came in time. */
  async next(timeoutMs: number): Promise<string | null> {
    const line = this.#lines.shift();
    if (line !== undefined) return line;
    if (this.#hasEnded) return null;
    return new Promise((resolve) => {
      const waiter = (next: string | null) => {
        clearTimeout(timer);
        resolve(next);
      };
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        resolve(null);
      }, timeoutMs);
      this.#waiting.push(waiter);
    });
  }

  #push(line: string): void {
    const waiting = this.#waiting.shift();
    if (waiting) waiting(line);
    else this.#lines.push(line);
  }

  #finish(): void {
    this.#hasEnded = true;
    for (const waiting of this.#waiting.splice(0)) waiting(null);
  }
}
