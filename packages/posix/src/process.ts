import { binding } from "./binding.ts";
import { check } from "./errors.ts";

/** Microseconds on CLOCK_MONOTONIC: the one clock of every duration in this project. */
export function monotonicUs(): number {
  return binding.clock_gettime(binding.CLOCK_MONOTONIC);
}

/**
 * A moment of the wall clock on CLOCK_MONOTONIC, in microseconds: what comes of it later is not moved by a step of the
 * wall clock.
 *
 * @param epochMs milliseconds since 1970
 */
export function monotonicUsOf(epochMs: number): number {
  return monotonicUs() + epochMs * 1000 - binding.clock_gettime(binding.CLOCK_REALTIME);
}

/** How many file descriptors this process may hold: the soft RLIMIT_NOFILE, which Node raises to the hard one itself. */
export function fileDescriptorLimit(): number {
  return softLimit(binding.RLIMIT_NOFILE, "RLIMIT_NOFILE");
}

/** How many threads this process's user may have, in all its processes together: the soft RLIMIT_NPROC. */
export function processLimit(): number {
  return softLimit(binding.RLIMIT_NPROC, "RLIMIT_NPROC");
}

function softLimit(resource: number, name: string): number {
  const limits = new Float64Array(2);
  check(binding.getrlimit(resource, limits), "getrlimit", name);
  return limits[0];
}

const AFFINITY_BYTES = 128;

/** The processors the calling thread may run on, ascending. */
export function allowedProcessors(): number[] {
  const mask = new Uint8Array(AFFINITY_BYTES);
  check(binding.sched_getaffinity(0, mask), "sched_getaffinity", "of this thread");
  const processors = [];
  for (let cpu = 0; cpu < AFFINITY_BYTES * 8; cpu++) {
    if ((mask[cpu >> 3] >> (cpu & 7)) & 1) processors.push(cpu);
  }
  return processors;
}

/** Restricts the calling thread, and the threads and processes it starts from now on, to these processors. */
export function pinTo(processors: readonly number[]): void {
  const mask = new Uint8Array(AFFINITY_BYTES);
  for (const cpu of processors) mask[cpu >> 3] = mask[cpu >> 3] | (1 << (cpu & 7));
  check(binding.sched_setaffinity(0, mask), "sched_setaffinity", `to ${processors.join(",")}`);
}
