import type { ContainerSample, FinalLine, ListeningLine, Probe, Sample } from "@c10k-lab/protocol";
import { addCounts } from "@c10k-lab/stats";

/** Adds the first lines of two servers of one cell. Only counts are added; everything else is that of the first. */
export function addListening(a: ListeningLine, b: ListeningLine): ListeningLine {
  return { ...a, usage: addCounts([a.usage, b.usage]) };
}

export function addProbes(a: Probe, b: Probe): Probe {
  return addCounts([a, b]);
}

/** Adds two totals. The servers ran side by side: the longer duration is that of both. */
export function addFinals(a: FinalLine, b: FinalLine): FinalLine {
  return {
    event: a.event,
    server: a.server,
    durationMs: Math.max(a.durationMs, b.durationMs),
    closed: addCounts([a.closed, b.closed]),
    acceptErrors: addCounts([a.acceptErrors, b.acceptErrors]),
    calls: addCounts([a.calls, b.calls]),
    usage: addCounts([a.usage, b.usage]),
    ...addCounts([a, b].map(pickCounts)),
  };
}

/** Returns the plain counts of a final line. */
function pickCounts({ event, server, durationMs, closed, acceptErrors, calls, usage, ...counts }: FinalLine) {
  return counts;
}

/** Adds the samples of processes that started together, one by one. */
export function sumSamples<S extends Sample | ContainerSample>(series: readonly (readonly S[])[]): S[] {
  const [first = [], ...others] = series;
  const common = Math.min(...series.map(({ length }) => length));
  return first
    .slice(0, common)
    .map((sample, index) => others.map((other) => other[index] as S).reduce(addSamples, sample));
}

/** Adds two samples that were taken together, of processes or of containers. */
export function addSamples<S extends Sample | ContainerSample>(a: S, b: S): S {
  const [first, second] = [a, b] as unknown as Record<string, number>[];
  return { ...addCounts([first ?? {}, second ?? {}]), atMs: a.atMs } as unknown as S;
}
