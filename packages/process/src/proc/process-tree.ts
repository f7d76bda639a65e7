import { readdirSync, statSync } from "node:fs";
import { allProcesses, cpuUs, numberIn, threads } from "./process.ts";
import type { ProcessCounts } from "./process-counts.ts";
import { readOr } from "./read-or.ts";
import { readProcessStat } from "./stat.ts";

/**
 * Usage of all processes of a tree, as getrusage(2) names it. `maxRssKiB` is a sum over the processes; pages that forked
 * processes share count for each.
 */
export type TreeUsage = Readonly<
  Record<
    | "userUs"
    | "systemUs"
    | "voluntarySwitches"
    | "involuntarySwitches"
    | "minorFaults"
    | "majorFaults"
    | "maxRssKiB",
    number
  >
>;

/** Sizes of a tree at one moment. */
export interface TreeSize {
  readonly rssKiB: number;
  readonly threads: number;
  readonly processes: number;
  readonly descriptors: number;
}

/** Counters of a process at the last look. */
interface Seen {
  cpuUs: number;
  minorFaults: number;
}

/**
 * A process and all that it has started, processes that left its session included. What ended processes had used at the
 * last look stays in the sums; a process that lived between two looks is in none.
 */
export class ProcessTree implements ProcessCounts {
  readonly #root: number;
  readonly #includesRoot: boolean;
  readonly #seen = new Map<number, Seen>();
  #pids: readonly number[] = [];

  /** @param includesRoot false where the root only watches over the others */
  constructor(root: number, includesRoot: boolean) {
    this.#root = root;
    this.#includesRoot = includesRoot;
  }

  get pids(): readonly number[] {
    return this.#pids;
  }

  refresh(): void {
    const below = descendantsOf(this.#root);
    this.#pids = this.#includesRoot ? [this.#root, ...below] : below;
  }

  cpuUs(clockOf = cpuUs): number {
    for (const pid of this.#pids) this.#look(pid).cpuUs = Math.max(this.#look(pid).cpuUs, clockOf(pid) || 0);
    return this.#sum("cpuUs");
  }

  minorFaults(): number {
    for (const pid of this.#pids) {
      this.#look(pid).minorFaults = readProcessStat(pid)?.minorFaults ?? this.#look(pid).minorFaults;
    }
    return this.#sum("minorFaults");
  }

  /** Counts memory (KiB), threads, processes and descriptors of what the last refresh found. */
  size(): TreeSize {
    const stats = this.#pids.map(readProcessStat).filter((stat) => stat !== null);
    return {
      rssKiB: sum(stats, ({ rssKiB }) => rssKiB),
      threads: sum(stats, (stat) => stat.threads),
      processes: stats.length,
      descriptors: sum(this.#pids, countDescriptors),
    };
  }

  /** Reads the usage of the processes that live now, thread by thread. */
  usage(): TreeUsage {
    this.refresh();
    const totalUs = this.cpuUs();
    const stats = this.#pids.map(readProcessStat).filter((stat) => stat !== null);
    const ticks = sum(stats, ({ cpuMs }) => cpuMs);
    // The clock knows the sum to the nanosecond, the ticks how it divides.
    const userUs = ticks === 0 ? totalUs : (totalUs * sum(stats, ({ userMs }) => userMs)) / ticks;
    const switches = this.#pids.map(countSwitches);
    return {
      userUs: Math.round(userUs),
      systemUs: Math.round(totalUs - userUs),
      voluntarySwitches: sum(switches, ({ voluntary }) => voluntary),
      involuntarySwitches: sum(switches, ({ involuntary }) => involuntary),
      minorFaults: this.minorFaults(),
      majorFaults: sum(stats, ({ majorFaults }) => majorFaults),
      maxRssKiB: sum(this.#pids, (pid) => countIn(`/proc/${pid}/status`, "VmHWM")),
    };
  }

  #look(pid: number): Seen {
    const seen = this.#seen.get(pid) ?? { cpuUs: 0, minorFaults: 0 };
    this.#seen.set(pid, seen);
    return seen;
  }

  #sum(name: keyof Seen): number {
    return sum([...this.#seen.values()], (seen) => seen[name]);
  }
}

/** Returns the processes below another one, by their parents in /proc/PID/stat. */
function descendantsOf(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const pid of allProcesses()) {
    const parent = readProcessStat(pid)?.parent ?? 0;
    const siblings = children.get(parent);
    if (siblings) siblings.push(pid);
    else children.set(parent, [pid]);
  }
  const found: number[] = [...(children.get(root) ?? [])];
  for (let index = 0; index < found.length; index++) found.push(...(children.get(found[index] ?? 0) ?? []));
  return found;
}

/** Counts descriptors. Since Linux 6.2 the folder's size is their number. */
function countDescriptors(pid: number): number {
  const folder = `/proc/${pid}/fd`;
  return readOr(0, () => statSync(folder).size || readdirSync(folder).length);
}

function countSwitches(pid: number): { voluntary: number; involuntary: number } {
  const paths = readOr([], () => threads(pid)).map((thread) => `/proc/${pid}/task/${thread}/status`);
  return {
    voluntary: sum(paths, (path) => countIn(path, "voluntary_ctxt_switches")),
    involuntary: sum(paths, (path) => countIn(path, "nonvoluntary_ctxt_switches")),
  };
}

/** Returns a number of a status file; 0 when there is no such process. */
function countIn(path: string, name: string): number {
  return readOr(0, () => numberIn(path, name) || 0);
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}
