import { existsSync, readFileSync } from "node:fs";
import {
  allProcesses,
  childrenOf,
  cpuUs,
  descriptors,
  isFrozen,
  pause,
  readOr,
  runDelaysUs,
  status,
  threads,
} from "@c10k-lab/process";

const POLL_MS = 20;
const FREEZE_BOUND_MS = 3000;
const KILL_BOUND_MS = 5000;

/** Evidence of all processes of a server. A process may end during any read; it then counts as nothing. */
export class ProcessTree {
  readonly #find: () => number[];

  /** @param find returns the numbers of the processes, zombies included */
  constructor(find: () => number[]) {
    this.#find = find;
  }

  /** Process numbers, zombies included. */
  get pids(): number[] {
    return this.#find();
  }

  get hasEnded(): boolean {
    return this.pids.every(isZombie);
  }

  /** Returns the CPU time of each process, µs. */
  cpuUsByPid(): Map<number, number> {
    return new Map(this.pids.map((pid) => [pid, cpuUs(pid) || 0]));
  }

  /** Returns how long each thread has waited for a processor, µs, by thread id. */
  runDelaysUs(): Map<number, number> {
    return new Map(this.pids.flatMap((pid) => readOr([], () => [...runDelaysUs(pid)])));
  }

  /** Counts the descriptors of some of the processes. */
  countDescriptors(pids: readonly number[]): number {
    return sum(pids, (pid) => descriptors(pid).length);
  }

  /** Counts threads and zombies. */
  countThreads(): number {
    return this.#sum((pid) => threads(pid).length);
  }

  /** Returns the sum of resident memory, KiB. A page that forked processes share counts for each. */
  rssKiB(): number {
    return this.#sum((pid) => status(pid, "VmRSS") || 0);
  }

  /** Returns the sum of memory, KiB, in which shared pages count once. It costs more than `rssKiB`. */
  pssKiB(): number {
    return this.#sum((pid) => readOr(status(pid, "VmRSS") || 0, () => readPssKiB(pid)));
  }

  signal(name: NodeJS.Signals): void {
    for (const pid of this.pids) signalQuietly(pid, name);
  }

  /** Stops every thread until `thaw`. Everything that clients do meanwhile reaches the server at once. */
  async freeze(): Promise<void> {
    this.signal("SIGSTOP");
    const frozen = () => this.pids.every((pid) => isZombie(pid) || readOr(true, () => isFrozen(pid)));
    for (const deadlineMs = performance.now() + FREEZE_BOUND_MS; !frozen(); await pause(POLL_MS)) {
      if (performance.now() > deadlineMs) return;
    }
  }

  thaw(): void {
    this.signal("SIGCONT");
  }

  /** Kills all processes. A fork bomb is stopped first, because a stopped process cannot fork. */
  async kill(): Promise<void> {
    const deadlineMs = performance.now() + KILL_BOUND_MS;
    while (!this.hasEnded && performance.now() < deadlineMs) {
      this.signal("SIGSTOP");
      this.signal("SIGKILL");
      await pause(POLL_MS);
    }
  }

  #sum(read: (pid: number) => number): number {
    return sum(this.pids, read);
  }
}

function sum(pids: readonly number[], read: (pid: number) => number): number {
  return pids.reduce((total, pid) => total + readOr(0, () => read(pid)), 0);
}

/** Returns the processes among `roots` that exist, and their descendants. */
export function withDescendants(roots: readonly number[]): number[] {
  const found = new Set(roots.filter((pid) => existsSync(`/proc/${pid}`)));
  // The walk comes to those that are added meanwhile.
  for (const pid of found) for (const child of readOr([], () => childrenOf(pid))) found.add(child);
  return [...found];
}

/** Returns the processes that have a text in their environment, with their descendants. A daemon keeps its environment. */
export function findMarked(mark: string): number[] {
  return findAll((pid) => readFileSync(`/proc/${pid}/environ`, "latin1").includes(mark));
}

/** Returns the processes of a user, with their descendants. */
export function findOwned(user: number): number[] {
  return findAll((pid) => status(pid, "Uid") === user);
}

/** Returns the processes for which `isMeant` holds, with their descendants. */
function findAll(isMeant: (pid: number) => boolean): number[] {
  return withDescendants(allProcesses().filter((pid) => readOr(false, () => isMeant(pid))));
}

/** @throws Error when the process has ended, or is another user's */
function readPssKiB(pid: number): number {
  return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "latin1"))?.[1] ?? 0);
}

function isZombie(pid: number): boolean {
  return readOr(true, () => /^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, "utf8")));
}

function signalQuietly(pid: number, name: NodeJS.Signals): void {
  readOr(false, () => process.kill(pid, name));
}
