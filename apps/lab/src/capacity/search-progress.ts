import { INFINITE, type Search, type Searched, type Trial } from "@c10k-lab/protocol";
import { describeDoubt, describeSearch, describeSignal, figure, integer, plural } from "@c10k-lab/words";
import type { Cell } from "../plan/cells.ts";
import type { CellWatcher } from "../session/lab-session.ts";
import { LiveLine } from "../terminal/live-line.ts";
import { timeText } from "../terminal/time-text.ts";

/** A line for each run and each search, and a live one for the run under way. */
export class SearchProgress implements CellWatcher {
  readonly #searches: number;
  readonly #line = new LiveLine();
  #done = 0;
  #runs = 0;
  #startedMs = performance.now();

  constructor(searches: number) {
    this.#searches = searches;
  }

  begin({ variant, axis, axisValue, repetition }: Cell): void {
    const startedMs = performance.now();
    this.#line.show(() => {
      const seconds = ((performance.now() - startedMs) / 1000).toFixed(0);
      const place = `search ${this.#done + 1} of ${this.#searches}`;
      return `${variant}, ${axis}: ${integer(axisValue)}, repetition ${repetition}, ${seconds} s  (${place}, ${this.#time()})`;
    });
  }

  finish(): void {
    this.#runs++;
    this.#line.stop();
  }

  /** Prints the judgement of a repetition. */
  tried(variant: string, searched: Searched, value: number, trial: Trial): void {
    this.#line.print(`${variant}, ${searched}: ${integer(value)} ${describeTrial(trial)}`);
  }

  /** Prints the result of a search. */
  ended(search: Search): void {
    this.#done++;
    this.#line.print(`${describeSearch(search)}  (${plural(this.#runs, "run")} in ${this.#time()})\n`);
    this.#runs = 0;
    this.#startedMs = performance.now();
  }

  stop(): void {
    this.#line.stop();
  }

  /** Returns the time that this search has taken so far. */
  #time(): string {
    return timeText(Math.round((performance.now() - this.#startedMs) / 1000));
  }
}

/** Returns "met (p99 12.0 ms)", "failed: latency: …". */
function describeTrial({ met, p99Ms, signals, counts, disturbance }: Trial): string {
  if (met) return `met (p99 ${p99Ms === INFINITE ? "∞" : figure(p99Ms)} ms)`;
  if (!counts && disturbance) return `failed while disturbed, run again: ${describeDoubt(disturbance)}`;
  const [first] = signals;
  return first ? `failed: ${first.signal}: ${describeSignal(first)}` : "failed";
}
