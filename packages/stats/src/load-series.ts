import type { LoadSample } from "@c10k-lab/protocol";
import { MOST_SAMPLES } from "@c10k-lab/protocol/clocks";
import { addCounts } from "./counts.ts";

/**
 * Samples of a client's load over time, in bounded memory. When the series is full it drops every second sample and
 * keeps every second one from then on, so the kept samples stay at even intervals.
 */
export class LoadSeries {
  readonly #samples: LoadSample[] = [];
  /** One sample in so many is kept. */
  #stride = 1;
  #taken = 0;

  /** Takes a sample and keeps one in `#stride`; the first is always kept. */
  add(sample: LoadSample): void {
    // One place stays free for the last sample.
    if (this.#samples.length === MOST_SAMPLES - 1) this.#thin();
    if (this.#taken % this.#stride === 0) this.#samples.push(sample);
    this.#taken++;
  }

  /**
   * Returns the series; nothing may be added after that.
   *
   * @param last the final sample, kept at any interval
   */
  end(last: LoadSample): readonly LoadSample[] {
    return [...this.#samples, last];
  }

  #thin(): void {
    const kept = this.#samples.filter((_, index) => index % 2 === 0);
    this.#samples.splice(0, this.#samples.length, ...kept);
    this.#stride *= 2;
  }
}

/**
 * Merges the series of several clients into that of one client: for each moment with a sample, the sum of each client's
 * latest sample. A client counts as zero before its first sample. Each step holds the progress of one client since its
 * previous sample, so rates are meaningful only over longer times than the sample interval.
 *
 * @param all series in the order of time
 */
export function mergeSeries(all: readonly (readonly LoadSample[])[]): LoadSample[] {
  const sums = addUpOverTime(all);
  const last = sums.pop();
  if (last === undefined) return [];
  const series = new LoadSeries();
  for (const sum of sums) series.add(sum);
  return [...series.end(last)];
}

/** Returns one sum for each moment that has a sample. */
function addUpOverTime(all: readonly (readonly LoadSample[])[]): LoadSample[] {
  const changes = all.flatMap((samples) =>
    samples.map((sample, index) => ({ ...subtract(sample, samples[index - 1]), atUs: sample.atUs })),
  );
  changes.sort((a, b) => a.atUs - b.atUs);
  const sums: LoadSample[] = [];
  let sum = NOTHING;
  for (const change of changes) {
    sum = { ...addCounts([sum, change]), atUs: change.atUs };
    if (sums.at(-1)?.atUs === sum.atUs) sums.pop();
    sums.push(sum);
  }
  return sums;
}

function subtract({ open, messages, errors }: LoadSample, before: LoadSample = NOTHING) {
  return { open: open - before.open, messages: messages - before.messages, errors: errors - before.errors };
}

const NOTHING: LoadSample = { atUs: 0, open: 0, messages: 0, errors: 0 };
