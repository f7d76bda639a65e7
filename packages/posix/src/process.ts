import { readFileSync } from "node:fs";
import { binding } from "./binding.ts";
import { check } from "./errors.ts";
import { RegisteredCall } from "./registered-call.ts";

/** The time that clock_gettime(2) wrote last, µs: reading it allocates nothing. */
const NOW = new Float64Array(1);
const clockGettime = new RegisteredCall("clock_gettime", null, NOW);
clockGettime.numbers[0] = binding.CLOCK_MONOTONIC;

/** Returns the time on CLOCK_MONOTONIC, µs: the clock of every duration in this project. */
export function monotonicUs(): number {
  clockGettime.make();
  return NOW[0];
}

/**
 * Converts a moment of the wall clock to CLOCK_MONOTONIC, µs, so that later steps of the wall clock do not move it.
 *
 * @param epochMs milliseconds since 1970
 */
export function monotonicUsOf(epochMs: number): number {
  const realtime = new Float64Array(1);
  check(binding.clock_gettime(binding.CLOCK_REALTIME, realtime), "clock_gettime", "CLOCK_REALTIME");
  return monotonicUs() + epochMs * 1000 - realtime[0];
}

/**
 * Returns the number of descriptors this process may hold: the soft RLIMIT_NOFILE, which Node raises to the hard one.
 */
export function fileDescriptorLimit(): number {
  return readSoftLimit(binding.RLIMIT_NOFILE, "RLIMIT_NOFILE");
}

/** Returns the number of threads that the user of this process may have in all processes: the soft RLIMIT_NPROC. */
export function processLimit(): number {
  return readSoftLimit(binding.RLIMIT_NPROC, "RLIMIT_NPROC");
}

function readSoftLimit(resource: number, name: string): number {
  const limits = new Float64Array(2);
  check(binding.getrlimit(resource, limits), "getrlimit", name);
  return limits[0];
}

const AFFINITY_BYTES = 128;

/** Returns the processors that the calling thread may run on, ascending. */
export function allowedProcessors(): number[] {
  const mask = new Uint8Array(AFFINITY_BYTES);
  check(binding.sched_getaffinity(0, mask), "sched_getaffinity", "of this thread");
  const processors = [];
  for (let cpu = 0; cpu < AFFINITY_BYTES * 8; cpu++) {
    if ((mask[cpu >> 3] >> (cpu & 7)) & 1) processors.push(cpu);
  }
  return processors;
}

/**
 * Restricts a thread, and threads and processes it starts later, to these processors.
 *
 * @param thread the kernel's number of the thread; 0: the calling one
 */
export function pinTo(processors: readonly number[], thread = 0): void {
  const mask = new Uint8Array(AFFINITY_BYTES);
  for (const cpu of processors) mask[cpu >> 3] = mask[cpu >> 3] | (1 << (cpu & 7));
  check(binding.sched_setaffinity(thread, mask), "sched_setaffinity", `to ${processors.join(",")}`);
}

/** Lets a thread run only while no other wants its processor, sched(7): SCHED_IDLE. Without privileges there is no way back. */
export function runWhenIdle(thread: number): void {
  check(binding.sched_setscheduler(thread, binding.SCHED_IDLE), "sched_setscheduler", `of thread ${thread}`);
}

/**
 * Gives memory that only the start has used back to the kernel: what the compiler has freed, and the pages of the program
 * itself, of which a process that has started uses a fifth. The kernel keeps those for all processes that run the program.
 */
export function releaseStartMemory(): void {
  binding.malloc_trim();
  binding.madvise_program_dontneed();
}

/** Page (sysconf(3), _SC_PAGESIZE: 4096 bytes on x86, usually on ARM). */
const PAGE_KIB = 4;

/**
 * Returns the resident memory of a process without pages of files, which all processes of a program share: resident less
 * shared in /proc/PID/statm. NaN when there is no such process.
 */
export function ownMemoryKiB(pid: number | "self"): number {
  try {
    const [, resident, shared] = readFileSync(`/proc/${pid}/statm`, "latin1").split(" ", 3).map(Number);
    return (resident - shared) * PAGE_KIB;
  } catch {
    return Number.NaN;
  }
}

/** Variable with the number of the process that started this one and that it is to end with. */
export const PARENT_VARIABLE = "C10K_LAB_PARENT";

/**
 * Ends this process with SIGTERM when its parent ends (PR_SET_PDEATHSIG), and at once when the parent has already ended:
 * the kernel sends no signal for a parent that ended before the call, while modules were loaded.
 */
export function endWithParent(): void {
  check(binding.prctl_set_pdeathsig(binding.SIGTERM), "prctl", "PR_SET_PDEATHSIG");
  const parent = process.env[PARENT_VARIABLE];
  if (parent !== undefined && Number(parent) !== process.ppid) process.kill(process.pid, "SIGTERM");
}
