import type { ContainerSample, FinalLine, ListeningLine, Probe, Sample, Usage } from "@c10k-lab/protocol";

/** Sums of what several servers of one cell report. Only counts are added; all else is the first one's. */

type Counts = Readonly<Record<string, number>>;

/** Adds two records of counts, name by name. */
function addCounts<T extends Counts>(a: T, b: T): T {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return Object.fromEntries([...names].map((name) => [name, (a[name] ?? 0) + (b[name] ?? 0)])) as T;
}

/** Adds the usage of two processes; their largest sets of memory are held at one time. */
function addUsage(a: Usage, b: Usage): Usage {
  return addCounts(a, b);
}

export function addListening(a: ListeningLine, b: ListeningLine): ListeningLine {
  return { ...a, usage: addUsage(a.usage, b.usage) };
}

export function addProbes(a: Probe, b: Probe): Probe {
  return addCounts(a, b);
}

/** Adds two totals. The servers ran side by side: the longer duration is that of both. */
export function addFinals(a: FinalLine, b: FinalLine): FinalLine {
  const first = splitFinal(a);
  const second = splitFinal(b);
  return {
    event: a.event,
    server: a.server,
    durationMs: Math.max(a.durationMs, b.durationMs),
    closed: addCounts(a.closed, b.closed),
    acceptErrors: addCounts(a.acceptErrors, b.acceptErrors),
    calls: addCounts(a.calls, b.calls),
    usage: addUsage(a.usage, b.usage),
    ...addCounts(first, second),
  };
}

/** Returns the plain counts of a final line. */
function splitFinal({ event, server, durationMs, closed, acceptErrors, calls, usage, ...counts }: FinalLine) {
  return counts;
}

export function addSamples(a: Sample, b: Sample): Sample {
  return { ...addCounts(a, b), atMs: a.atMs };
}

export function addContainerSamples(a: ContainerSample, b: ContainerSample): ContainerSample {
  return { ...addCounts(a, b), atMs: a.atMs };
}
