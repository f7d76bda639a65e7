import { type CellResult, INFINITE } from "@c10k-lab/protocol";
import { createLogUpdate } from "log-update";
import type { Cell } from "./cells.ts";

const REDRAW_MS = 250;

/** A line for each finished cell, and on a terminal a live one for the cell under way with the time left. */
export class Progress {
  readonly #cells: number;
  readonly #cellMs: number;
  readonly #startedMs = performance.now();
  readonly #line = createLogUpdate(process.stderr);
  #done = 0;
  #current: Cell | undefined;
  #currentMs = 0;
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param cells how many there are to run
   * @param cellMs how long one takes, before the first has shown it
   */
  constructor(cells: number, cellMs: number) {
    this.#cells = cells;
    this.#cellMs = cellMs;
  }

  begin(cell: Cell): void {
    this.#current = cell;
    this.#currentMs = performance.now();
    if (!process.stderr.isTTY) return;
    this.#timer ??= setInterval(() => this.#draw(), REDRAW_MS);
    this.#draw();
  }

  finish(result: CellResult): void {
    this.#done++;
    this.#current = undefined;
    if (process.stderr.isTTY) this.#line.clear();
    process.stderr.write(`${this.#finished(result)}\n`);
  }

  stop(): void {
    clearInterval(this.#timer);
    if (process.stderr.isTTY) this.#line.clear();
  }

  #finished({ variant, connections, client, status }: CellResult): string {
    const count = `[${String(this.#done).padStart(String(this.#cells).length)}/${this.#cells}]`;
    const name = `${variant.padEnd(8)} ${connections.toLocaleString("en-US").padStart(6)} connections`;
    const rate = (client?.achieved.messagesPerSecond ?? 0).toLocaleString("en-US").padStart(8);
    const p99 = client?.latencyUs.response.p99;
    const latency = p99 == null ? "" : `, p99 ${p99 === INFINITE ? "∞" : (p99 / 1000).toFixed(2)} ms`;
    const trouble = status === "ok" ? "" : `  ${status}`;
    const left = this.#done < this.#cells ? `  (${this.#left()} left)` : "";
    return `${count} ${name}: ${rate} messages/s${latency}${trouble}${left}`;
  }

  #draw(): void {
    if (!this.#current) return;
    const { variant, connections } = this.#current;
    const seconds = ((performance.now() - this.#currentMs) / 1000).toFixed(0);
    const cell = `${variant} with ${connections.toLocaleString("en-US")} connections, ${seconds} s`;
    this.#line(
      `${bar(this.#done / this.#cells)} ${this.#done}/${this.#cells}  ${cell}  (${this.#left()} left)`,
    );
  }

  /** From the mean of the finished cells, or what was expected of one. */
  #left(): string {
    const elapsedMs = performance.now() - this.#startedMs;
    const cellMs = this.#done === 0 ? this.#cellMs : (elapsedMs - this.#inCurrentMs()) / this.#done;
    const seconds = Math.max(
      0,
      Math.round((cellMs * (this.#cells - this.#done) - this.#inCurrentMs()) / 1000),
    );
    return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  }

  #inCurrentMs(): number {
    return this.#current ? performance.now() - this.#currentMs : 0;
  }
}

function bar(share: number): string {
  const width = 20;
  const full = Math.round(share * width);
  return "█".repeat(full) + "░".repeat(width - full);
}
