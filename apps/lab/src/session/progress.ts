import { countHeld, findRefusal, INFINITE, type RepetitionResult } from "@c10k-lab/protocol";
import { describeFailure, describePlace, describeRefusedCalls, integer, nameRefusal } from "@c10k-lab/words";
import type { Cell } from "../plan/cells.ts";
import { LiveLine } from "../terminal/live-line.ts";
import { timeText } from "../terminal/time-text.ts";
import type { CellWatcher } from "./lab-session.ts";

/** A line for each finished cell, and a live one for the cell under way with the time left. */
export class Progress implements CellWatcher {
  readonly #cells: number;
  readonly #cellMs: number;
  /** Width of the longest label. */
  readonly #width: number;
  readonly #startedMs = performance.now();
  readonly #line = new LiveLine();
  #done = 0;
  /** Start of the cell under way; null between two cells. */
  #currentMs: number | null = null;

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
    this.#currentMs = performance.now();
    this.#line.show(() => this.#drawn(cell));
  }

  finish(result: RepetitionResult): void {
    this.#done++;
    this.#currentMs = null;
    const count = `[${String(this.#done).padStart(String(this.#cells).length)}/${this.#cells}]`;
    const indent = " ".repeat(count.length);
    this.#line.print(`${count} ${this.#finished(result)}`);
    const failure = describeFailure(result);
    if (failure !== null) this.#line.print(`${indent} ${failure}`);
    for (const note of describeRefusedCalls([result])) this.#line.printOnce(`${indent} ${note}`);
  }

  stop(): void {
    this.#line.stop();
  }

  #finished(result: RepetitionResult): string {
    const { client, status } = result;
    const name = `${labelOf(result)}:`.padEnd(this.#width + 1);
    const rate = (client?.achieved.messagesPerSecond ?? 0).toLocaleString("en-US").padStart(8);
    const p99 = client?.latencyUs.response.p99;
    const latency = p99 == null ? "" : `, p99 ${p99 === INFINITE ? "∞" : (p99 / 1000).toFixed(2)} ms`;
    const trouble = status === "ok" ? "" : `  ${status}${describeReach(result)}`;
    const left = this.#done < this.#cells ? `  (${this.#left()})` : "";
    return `${name} ${rate} messages/s${latency}${trouble}${left}`;
  }

  #drawn(current: Cell): string {
    const seconds = (this.#inCurrentMs() / 1000).toFixed(0);
    const cell = `${labelOf(current)}, ${seconds} s`;
    const bar = this.#line.isLive ? `${drawBar(this.#done / this.#cells)} ` : "";
    return `${bar}${this.#done}/${this.#cells}  ${cell}  (${this.#left()})`;
  }

  /** Returns the time left, from the mean of the finished cells or the expected time of one. */
  #left(): string {
    const elapsedMs = performance.now() - this.#startedMs;
    const cellMs = this.#done === 0 ? this.#cellMs : (elapsedMs - this.#inCurrentMs()) / this.#done;
    const seconds = Math.max(
      0,
      Math.round((cellMs * (this.#cells - this.#done) - this.#inCurrentMs()) / 1000),
    );
    return seconds === 0 ? "longer than expected" : `${timeText(seconds)} left`;
  }

  #inCurrentMs(): number {
    return this.#currentMs === null ? 0 : performance.now() - this.#currentMs;
  }
}

/** Returns ", 19,970 held: no more descriptors" where it is known what kept the server from holding more. */
function describeReach(result: RepetitionResult): string {
  const refusal = findRefusal(result);
  return refusal === null ? "" : `, ${integer(countHeld(result))} held: ${nameRefusal(refusal)}`;
}

type Labelled = Pick<Cell, "group" | "variant" | "axis" | "axisValue">;

/** Returns "epoll, 4,000 connections", "as submitted: epoll, 1,000 connections", "select, backlog 5" */
function labelOf({ group, variant, axis, axisValue }: Labelled): string {
  return `${group === null ? "" : `${group}: `}${variant}, ${describePlace(axis, axisValue)}`;
}

function drawBar(share: number): string {
  const width = 20;
  const full = Math.round(share * width);
  return "█".repeat(full) + "░".repeat(width - full);
}
