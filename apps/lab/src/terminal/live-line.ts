import { createLogUpdate } from "log-update";

const REDRAW_MS = 250;

/** Lines on stderr, and on a terminal a last one that is drawn anew several times a second. */
export class LiveLine {
  readonly #update = createLogUpdate(process.stderr);
  #timer: NodeJS.Timeout | undefined;
  static #draw: (() => string) | null = null;

  /** The last line of this program as it would be drawn now, also where there is no terminal; null before the first. */
  static get text(): string | null {
    return LiveLine.#draw?.() ?? null;
  }

  /** Keeps this as the last line until something is printed. */
  show(draw: () => string): void {
    this.stop();
    LiveLine.#draw = draw;
    if (!process.stderr.isTTY) return;
    this.#timer = setInterval(() => this.#update(draw()), REDRAW_MS);
    this.#update(draw());
  }

  print(line: string): void {
    this.stop();
    process.stderr.write(`${line}\n`);
  }

  stop(): void {
    clearInterval(this.#timer);
    if (process.stderr.isTTY) this.#update.clear();
  }
}
