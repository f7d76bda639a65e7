import { statfsSync } from "node:fs";
import type { ProcessTree } from "@c10k-lab/conformance/suite";
import type { Limits } from "./confine.ts";

const POLL_MS = 200;
const FULL_SHARE = 0.95;
/** Share of the limit on processes that counts as reached: they come and go between two looks. */
const CROWDED_SHARE = 0.75;

/** Limit that a submission reached. */
export type Incident = "memory" | "processes" | "disk";

/** Watches all processes of a submission. Too much memory ends them; the kernel enforces the other limits. */
export class Watchdog implements Disposable {
  readonly incidents = new Set<Incident>();
  readonly #timer: NodeJS.Timeout;

  /** @param folders file systems of the submission alone */
  constructor(processes: ProcessTree, folders: readonly string[], limits: Limits) {
    this.#timer = setInterval(() => {
      if (processes.rssKiB() * 1024 > limits.memoryBytes) {
        this.incidents.add("memory");
        void processes.kill();
      }
      if (processes.countThreads() >= limits.processes * CROWDED_SHARE) this.incidents.add("processes");
      if (folders.some(isFull)) this.incidents.add("disk");
    }, POLL_MS);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

function isFull(folder: string): boolean {
  const { blocks, bavail } = statfsSync(folder);
  return bavail < blocks * (1 - FULL_SHARE);
}
