import { releaseStartMemory } from "@c10k-lab/posix";
import { REST_MS } from "@c10k-lab/protocol/names";
import { LIVE } from "../measure/results-table.ts";

/**
 * Gives memory of the start back again and again while a client waits for its server, its instant or its gate: what runs
 * now and then, such as V8's collector, maps pages of the program that then lie idle. Once messages have begun it ends,
 * because the loop would have to map its pages again.
 */
export class Rest implements Disposable {
  readonly #live: Float64Array;
  readonly #timer: NodeJS.Timeout;
  #progress = 0;

  /** @param live figures of the run, see LIVE */
  constructor(live: Float64Array) {
    this.#live = live;
    this.#timer = setInterval(() => this.#look(), REST_MS);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const { established, proofs, errors, messages } = LIVE;
    const live = this.#live;
    if (live[messages] > 0) {
      this[Symbol.dispose]();
      return;
    }
    const progress = live[established] + live[proofs] + live[errors];
    if (progress === this.#progress) releaseStartMemory();
    this.#progress = progress;
  }
}
