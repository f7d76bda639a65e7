import { readFileSync, statfsSync } from "node:fs";
import type { LimitName, ProcessTree } from "@c10k-lab/conformance/suite";
import type { Limits } from "./confine.ts";

const POLL_MS = 200;
/** Type of a file system in memory (linux/magic.h). */
const TMPFS_MAGIC = 0x01021994;
const FULL_SHARE = 0.95;
/** Share of the limit on processes that counts as reached: they come and go between two looks. */
const CROWDED_SHARE = 0.75;

/** Limit that a submission reached. */
export type Incident = "memory" | "processes" | "disk" | LimitName;

/** Watches all processes of a submission. Too much memory ends them; the kernel enforces the other limits. */
export class Watchdog implements Disposable {
  readonly incidents = new Set<Incident>();
  readonly #timer: NodeJS.Timeout;

  /** @param places folders of which those in memory are file systems of the submission alone */
  constructor(processes: ProcessTree, places: readonly string[], limits: Limits) {
    const folders = places.filter(isInMemory);
    const sharedAtStart = sharedBytes(folders);
    // Files and segments of shared memory that no process maps are resident in none: memfd_create(2), shmget(2).
    const unmapped = () => Math.max(0, sharedBytes(folders) - sharedAtStart - limits.memoryBytes);
    this.#timer = setInterval(() => {
      if (holdsMore(processes, limits.memoryBytes) || unmapped() > 0) {
        this.incidents.add("memory");
        void processes.kill();
      }
      if (processes.countThreads() >= limits.processes * CROWDED_SHARE) this.incidents.add("processes");
      if (folders.some(isFull)) this.incidents.add("disk");
    }, POLL_MS);
  }

  /** Notes a limit that the end of a process tells of. */
  note(limit: LimitName | null): void {
    if (limit !== null) this.incidents.add(limit);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

/** Compares the cheap sum first, in which pages that forked processes share count for each. */
function holdsMore(processes: ProcessTree, bytes: number): boolean {
  return processes.rssKiB() * 1024 > bytes && processes.pssKiB() * 1024 > bytes;
}

function isInMemory(folder: string): boolean {
  return statfsSync(folder).type === TMPFS_MAGIC;
}

function isFull(folder: string): boolean {
  const { blocks, bavail, files, ffree } = statfsSync(folder);
  return bavail < blocks * (1 - FULL_SHARE) || ffree < files * (1 - FULL_SHARE);
}

/** Returns the shared memory of the machine without the files in these folders, bytes. */
function sharedBytes(folders: readonly string[]): number {
  const KiB = Number(/^Shmem:\s+(\d+) kB$/m.exec(readFileSync("/proc/meminfo", "utf8"))?.[1] ?? 0);
  const inFiles = folders.map((folder) => statfsSync(folder));
  return KiB * 1024 - inFiles.reduce((sum, { blocks, bfree, bsize }) => sum + (blocks - bfree) * bsize, 0);
}
