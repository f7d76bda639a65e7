import { type LoadSample, MOST_SAMPLES } from "@c10k-lab/protocol";

/**
 * A run over time in bounded memory. Samples come at even intervals; when there are too many, every second one is dropped
 * and from then on every second one is taken, so that what is kept is at even intervals all the time.
 */
export class LoadSeries {
  readonly #samples: LoadSample[] = [];
  /** Of so many samples one is kept. */
  #stride = 1;
  #taken = 0;

  /** The first one is always kept. */
  add(sample: LoadSample): void {
    // One place is left for the last sample.
    if (this.#samples.length === MOST_SAMPLES - 1) this.#thin();
    if (this.#taken % this.#stride === 0) this.#samples.push(sample);
    this.#taken++;
  }

  /** @param last the sample at the end, kept whatever the interval; nothing is added after it */
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
 * Several clients' series as if they had been one client: at each moment one of them was looked at, the sum of what was
 * last known of each. Before a client's first sample nothing is known of it, which counts as nothing. Each of its steps
 * is what one client did since it was last looked at, so a rate is to be taken over longer than the time between its looks.
 *
 * @param all each in the order of time
 */
export function mergeSeries(all: readonly (readonly LoadSample[])[]): LoadSample[] {
  const sums = runningSums(all);
  const last = sums.pop();
  if (last === undefined) return [];
  const series = new LoadSeries();
  for (const sum of sums) series.add(sum);
  return [...series.end(last)];
}

/** A sum for each moment at which there is a sample. */
function runningSums(all: readonly (readonly LoadSample[])[]): LoadSample[] {
  const changes = all.flatMap((samples) =>
    samples.map((sample, index) => ({ atUs: sample.atUs, ...difference(sample, samples[index - 1]) })),
  );
  changes.sort((a, b) => a.atUs - b.atUs);
  const sums: LoadSample[] = [];
  let open = 0;
  let messages = 0;
  let errors = 0;
  for (const change of changes) {
    open += change.open;
    messages += change.messages;
    errors += change.errors;
    if (sums.at(-1)?.atUs === change.atUs) sums.pop();
    sums.push({ atUs: change.atUs, open, messages, errors });
  }
  return sums;
}

function difference(sample: LoadSample, before: LoadSample = NOTHING) {
  return {
    open: sample.open - before.open,
    messages: sample.messages - before.messages,
    errors: sample.errors - before.errors,
  };
}

const NOTHING: LoadSample = { atUs: 0, open: 0, messages: 0, errors: 0 };
