import { monotonicUs } from "@c10k-lab/posix";
import type { LoadSample } from "@c10k-lab/protocol";
import { LoadSeries } from "@c10k-lab/stats/load-series";
import { SAMPLE_MS } from "./limits.ts";
import { LIVE, type ResultsTable } from "./results-table.ts";

/** Samples the live figures in the main thread while a run lasts: the load loop pays nothing for it. */
export class LoadSampler implements Disposable {
  readonly #results: ResultsTable;
  readonly #series = new LoadSeries();
  readonly #timer: NodeJS.Timeout;

  /** Takes the first sample. */
  constructor(results: ResultsTable) {
    this.#results = results;
    this.#series.add(this.#sample());
    this.#timer = setInterval(() => this.#series.add(this.#sample()), SAMPLE_MS);
  }

  /** Takes the last sample, after the run. @returns the series */
  finish(): readonly LoadSample[] {
    this[Symbol.dispose]();
    return this.#series.end(this.#sample());
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #sample(): LoadSample {
    const { live } = this.#results;
    return {
      atUs: Math.round(monotonicUs()),
      open: live[LIVE.open],
      messages: live[LIVE.messages],
      errors: live[LIVE.errors],
    };
  }
}
