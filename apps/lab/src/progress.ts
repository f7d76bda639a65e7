import { type CellResult, INFINITE } from "@c10k-lab/protocol";
import { placeOf } from "@c10k-lab/report";
import { createLogUpdate } from "log-update";
import type { Cell } from "./cells.ts";

const REDRAW_MS = 250;

/** A line for each finished cell, and on a terminal a live one for the cell under way with the time left. */
export class Progress {
  readonly #cells: number;
  readonly #cellMs: number;
  /** Of the longest label. */
  readonly #width: number;
  readonly #startedMs = performance.now();
  readonly #line = createLogUpdate(process.stderr);
  #done = 0;
  #current: Cell | undefined;
  #currentMs = 0;
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param cells all there are to run
   * @param cellMs how long one takes, before the first has shown it
   */
  constructor(cells: readonly Cell[], cellMs: number) {
    this.#cells = cells.length;
    this.#cellMs = cellMs;
    this.#width = Math.max(...cells.map((cell) => labelOf(cell).length));
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

  #finished(result: CellResult): string {
    const { client, status } = result;
    const count = `[${String(this.#done).padStart(String(this.#cells).length)}/${this.#cells}]`;
    const name = labelOf(result).padEnd(this.#width);
    const rate = (client?.achieved.messagesPerSecond ?? 0).toLocaleString("en-US").padStart(8);
    const p99 = client?.latencyUs.response.p99;
    const latency = p99 == null ? "" : `, p99 ${p99 === INFINITE ? "∞" : (p99 / 1000).toFixed(2)} ms`;
    const trouble = status === "ok" ? "" : `  ${status}`;
    const left = this.#done < this.#cells ? `  (${this.#left()} left)` : "";
    return `${count} ${name}: ${rate} messages/s${latency}${trouble}${left}`;
  }

  #draw(): void {
    if (!this.#current) return;
    const seconds = ((performance.now() - this.#currentMs) / 1000).toFixed(0);
    const cell = `${labelOf(this.#current)}, ${seconds} s`;
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

/** "epoll, 4,000 connections", "as submitted: epoll, 1,000 connections", "select, backlog 5" */
function labelOf({ group, variant, axis, x }: Pick<Cell, "group" | "variant" | "axis" | "x">): string {
  return `${group === null ? "" : `${group}: `}${variant}, ${placeOf(axis, x)}`;
}

function bar(share: number): string {
  const width = 20;
  const full = Math.round(share * width);
  return "█".repeat(full) + "░".repeat(width - full);
}
