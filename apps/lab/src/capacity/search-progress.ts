import { INFINITE, type Search, type Trial } from "@c10k-lab/protocol";
import {
  describeDoubt,
  describeSearch,
  describeSignal,
  figure,
  integer,
  listTrials,
  plural,
} from "@c10k-lab/words";
import type { Cell, Subject } from "../plan/cells.ts";
import type { CellWatcher } from "../session/lab-session.ts";
import { LiveLine } from "../terminal/live-line.ts";
import { timeText } from "../terminal/time-text.ts";
import type { LimitSearch } from "./limit-search.ts";

/** A line for each trial and each search, and a live one for the trial under way. */
export class SearchProgress implements CellWatcher {
  readonly #searches: number;
  readonly #line = new LiveLine();
  readonly #startedMs = performance.now();
  #done = 0;

  constructor(searches: number) {
    this.#searches = searches;
  }

  begin({ variant, axis, axisValue, repetition }: Cell): void {
    this.#show(`${variant}, ${axis}: ${integer(axisValue)}, trial ${repetition}`);
  }

  beginSlice({ subject, wanted }: LimitSearch, start: number): void {
    this.#show(`${subject.variant.name}, ${subject.searched}: ${integer(wanted)}, start ${start}`);
  }

  finish(): void {
    this.#line.stop();
  }

  #show(trial: string): void {
    const startedMs = performance.now();
    this.#line.show(() => {
      const seconds = ((performance.now() - startedMs) / 1000).toFixed(0);
      const place = `${this.#done} of ${this.#searches} searches ended`;
      return `${trial}, ${seconds} s  (${place}, ${this.#time()})`;
    });
  }

  /** Prints the judgement of a trial. */
  tried({ variant: { name: variant }, searched }: Subject, value: number, trial: Trial): void {
    this.#line.print(`${variant}, ${searched}: ${integer(value)} ${describeTrial(trial)}`);
  }

  /** Prints the result of a search. */
  ended(search: Search): void {
    this.#done++;
    const trials = plural(listTrials(search).length, "trial");
    this.#line.print(`${describeSearch(search)}  (${trials}, ${this.#time()})`);
  }

  stop(): void {
    this.#line.stop();
  }

  /** Returns the time that the searches have taken so far. */
  #time(): string {
    return timeText(Math.round((performance.now() - this.#startedMs) / 1000));
  }
}

/** Returns "met (p99 12.0 ms)", "failed: latency: …". */
function describeTrial({ met, p99Ms, signals, counts, disturbance }: Trial): string {
  if (met) return `met (p99 ${p99Ms === INFINITE ? "∞" : figure(p99Ms)} ms)`;
  if (!counts && disturbance) return `failed while disturbed, made again: ${describeDoubt(disturbance)}`;
  const [first] = signals;
  return first ? `failed: ${first.signal}: ${describeSignal(first)}` : "failed";
}
