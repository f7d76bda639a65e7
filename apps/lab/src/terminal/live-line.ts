import { createLogUpdate } from "log-update";

const REDRAW_MS = 250;
/** Waits in a log before the line of what is under way: before the first line at all, and then twice as long each time, ms. */
const LOG_FIRST_MS = 2000;
const LOG_NEXT_MS = 5000;
const LOG_MAX_MS = 60_000;
/** Lines that are kept for the page of --watch. */
const PRINTED_MAX = 8;

/** Returns whether a terminal can draw a line anew: a dumb terminal cannot, and the log of a CI job keeps every one. */
export function canRedraw(isTTY: boolean, { TERM, CI }: NodeJS.ProcessEnv): boolean {
  return isTTY && TERM !== "dumb" && !CI;
}

/**
 * Lines on stderr, and a last one of what is under way: drawn anew several times a second on a terminal, printed now and then
 * in a file, a pipe or the log of a CI job.
 */
export class LiveLine {
  /** The last line is drawn anew. */
  readonly isLive = canRedraw(process.stderr.isTTY, process.env);
  readonly #update = createLogUpdate(process.stderr);
  #timer: NodeJS.Timeout | undefined;
  #hasPrinted = false;
  readonly #said = new Set<string>();
  static #draw: (() => string) | null = null;
  static readonly #printed: string[] = [];

  /** The last line of this program as it would be drawn now, also where there is no terminal; null before the first. */
  static get text(): string | null {
    return LiveLine.#draw?.() ?? null;
  }

  /** The newest lines that were printed, the oldest first. */
  static get printed(): readonly string[] {
    return LiveLine.#printed;
  }

  /** Keeps this as the last line until something is printed. */
  show(draw: () => string): void {
    this.stop();
    LiveLine.#draw = draw;
    if (!this.isLive) {
      this.#log(draw, this.#hasPrinted ? LOG_NEXT_MS : LOG_FIRST_MS);
      return;
    }
    this.#timer = setInterval(() => this.#update(draw()), REDRAW_MS);
    this.#update(draw());
  }

  print(line: string): void {
    this.stop();
    process.stderr.write(`${line}\n`);
    this.#hasPrinted = true;
    LiveLine.#printed.push(line);
    if (LiveLine.#printed.length > PRINTED_MAX) LiveLine.#printed.shift();
  }

  /** Prints a line unless this one has been printed in the same words. */
  printOnce(line: string): void {
    if (!this.#said.has(line)) this.print(line);
    this.#said.add(line);
  }

  #log(draw: () => string, waitMs: number): void {
    this.#timer = setTimeout(() => {
      process.stderr.write(`${draw()}\n`);
      this.#hasPrinted = true;
      this.#log(draw, Math.min(2 * waitMs, LOG_MAX_MS));
    }, waitMs);
  }

  stop(): void {
    clearInterval(this.#timer);
    if (this.isLive) this.#update.clear();
  }
}
