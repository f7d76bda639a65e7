import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { callAfter } from "@c10k-lab/process";

/** strace attaches to each thread in a millisecond or so; a server whose threads take longer has no sample. */
const ATTACH_MS = 5000;
const DETACH_MS = 10_000;
const ATTACHED = /^strace: Process \d+ attached/;

/** Counts the system calls of running processes with strace(1). It slows them, so nothing is measured meanwhile. */
export class CallTracer {
  readonly #strace: ChildProcess;
  readonly #folder: string;

  private constructor(strace: ChildProcess, folder: string) {
    this.#strace = strace;
    this.#folder = folder;
  }

  /** Attaches to processes with all their threads; null where strace is missing or may not trace. */
  static async attach(pids: readonly number[]): Promise<CallTracer | null> {
    if (pids.length === 0) return null;
    const folder = mkdtempSync(join(tmpdir(), "c10k-calls-"));
    const words = ["-c", "-f", "-o", join(folder, "calls"), ...pids.flatMap((pid) => ["-p", String(pid)])];
    const strace = spawn("strace", words, { stdio: ["ignore", "ignore", "pipe"] });
    const tracer = new CallTracer(strace, folder);
    if (await tracer.#isAttached()) return tracer;
    await tracer.detach();
    return null;
  }

  /** Ends the count. Returns the number of calls by name; null where strace wrote none. */
  async detach(): Promise<Record<string, number> | null> {
    const cancel = callAfter(DETACH_MS, () => this.#strace.kill("SIGKILL"));
    if (this.#strace.pid !== undefined && this.#strace.exitCode === null) {
      const closed = once(this.#strace, "close");
      this.#strace.kill("SIGINT");
      await closed;
    }
    cancel();
    try {
      return parseCounts(readFileSync(join(this.#folder, "calls"), "utf8"));
    } catch {
      return null;
    } finally {
      rmSync(this.#folder, { recursive: true, force: true });
    }
  }

  #isAttached(): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const cancel = callAfter(ATTACH_MS, () => resolve(false));
    this.#strace.on("error", () => resolve(false));
    this.#strace.on("close", () => resolve(false));
    this.#strace.stderr?.setEncoding("utf8").on("data", (text: string) => {
      if (ATTACHED.test(text)) resolve(true);
    });
    return promise.finally(cancel);
  }
}

/** Reads the table of `strace -c`: % time, seconds, usecs/call, calls, errors where there are some, name. */
export function parseCounts(table: string): Record<string, number> {
  const rows = table.split("\n").map((line) => line.trim().split(/\s+/));
  const counts = rows.flatMap((columns): [string, number][] => {
    const name = columns.at(-1);
    const isCount = columns.length >= 5 && /^[\d.]+$/.test(columns[0] ?? "") && name !== "total";
    return isCount && name !== undefined ? [[name, Number(columns[3])]] : [];
  });
  return Object.fromEntries(counts);
}
