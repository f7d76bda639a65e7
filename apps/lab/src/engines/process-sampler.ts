import { readFileSync } from "node:fs";
import type { Sample } from "@c10k-lab/protocol";

const INTERVAL_MS = 100;
/** sysconf(_SC_CLK_TCK) and _SC_PAGESIZE: 100 and 4096 on every Linux platform this runs on. */
const TICK_MS = 10;
const PAGE_KIB = 4;

/** Fields of /proc/PID/stat after the command's name, see proc(5). */
const UTIME = 11;
const STIME = 12;
const NUM_THREADS = 17;
const RSS = 21;

/** Looks at a process from outside, ten times a second, from its start to its end. */
export class ProcessSampler {
  readonly samples: Sample[] = [];
  readonly #pid: number;
  readonly #startedMs = performance.now();
  readonly #timer: NodeJS.Timeout;

  constructor(pid: number) {
    this.#pid = pid;
    this.#timer = setInterval(() => this.#look(), INTERVAL_MS);
    this.#look();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    let stat: string;
    try {
      stat = readFileSync(`/proc/${this.#pid}/stat`, "latin1");
    } catch {
      return; // It has ended.
    }
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const number = (field: number) => Number(fields[field]);
    this.samples.push({
      atMs: Math.round(performance.now() - this.#startedMs),
      cpuMs: (number(UTIME) + number(STIME)) * TICK_MS,
      rssKiB: number(RSS) * PAGE_KIB,
      threads: number(NUM_THREADS),
    });
  }
}
