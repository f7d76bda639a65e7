import { closeSync, openSync, writeSync } from "node:fs";
import type { Readable } from "node:stream";
import { makePrintable } from "./printable.ts";
import { callAfter } from "./timers.ts";

/** A server that writes a line for each message must not fill the disk: further output is read and dropped. */
const LOG_BYTES_MAX = 2 ** 20;
/** Characters at the end that a line may lack when it is looked for. */
const TAIL_CHARACTERS = 64 * 1024;

/** The output of a program: its first part goes to a file, and a line can be waited for. Without a file its end is kept. */
export class BoundedLog {
  readonly #file: number | null;
  #bytes = 0;
  #tail = "";
  #isFull = false;
  readonly #listeners = new Set<() => void>();

  constructor(path: string | null) {
    this.#file = path === null ? null : openSync(path, "a");
  }

  /** Last line that is not blank, in printable characters; empty when there is none, or when a file holds the output. */
  get lastLine(): string {
    return makePrintable(this.#tail.trimEnd().split("\n").at(-1) ?? "");
  }

  /** The end of the output, at most 64 Ki characters. */
  get end(): string {
    return this.#tail;
  }

  /** Takes what a stream brings, with UTF-8 text. */
  take(stream: Readable): void {
    stream.setEncoding("utf8").on("data", (text: string) => this.#append(text));
  }

  /** Appends a line of this process. */
  note(line: string): void {
    this.#append(`${line}\n`);
  }

  close(): void {
    if (this.#file !== null) closeSync(this.#file);
    this.#isFull = true;
  }

  /** Resolves with true when a line matches; with false after `timeoutMs`, or when `ended` resolves first. */
  waitForLine(pattern: RegExp, timeoutMs: number, ended: Promise<unknown>): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const look = () => {
      if (this.#tail.split("\n").some((line) => pattern.test(line))) resolve(true);
    };
    this.#listeners.add(look);
    const cancel = callAfter(timeoutMs, () => resolve(false));
    void ended.then(() => resolve(false));
    look();
    return promise.finally(() => {
      cancel();
      this.#listeners.delete(look);
    });
  }

  #append(text: string): void {
    if (!this.#isFull && this.#file !== null) this.#write(this.#file, text);
    if (this.#listeners.size === 0 && this.#isFull) return;
    this.#tail = (this.#tail + text).slice(-TAIL_CHARACTERS);
    for (const look of this.#listeners) look();
  }

  #write(file: number, text: string): void {
    try {
      writeSync(file, text);
    } catch {
      this.#isFull = true; // The disk is full: the output is lost, the measurement is not.
    }
    this.#bytes += Buffer.byteLength(text);
    if (this.#bytes > LOG_BYTES_MAX) this.#isFull = true;
  }
}
