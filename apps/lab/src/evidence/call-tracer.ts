import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { callAfter } from "@c10k-lab/process";
import type { CallsRefusal, RepetitionResult } from "@c10k-lab/protocol";

/** strace attaches to each thread in a millisecond or so; a server whose threads take longer has no sample. */
const ATTACH_MS = 5000;
const DETACH_MS = 10_000;
const STDERR_KEPT = 2 ** 20;
const GONE = /No such process\s*$/;
const ATTACHED = /^strace: Process \d+ attached/m;
/** Lines about a process that strace has attached to, or could not. */
const TRIED = /^strace: (?:Process |attach: ptrace\(PTRACE_SEIZE, )(\d+)/gm;

/** Sampled system calls of a cell, or the reason why there are none; both null where no sample was tried. */
export type CallSample = Pick<RepetitionResult["evidence"], "sampledCalls" | "callsRefusal">;

export const NO_SAMPLE: CallSample = { sampledCalls: null, callsRefusal: null };

/** Counts the system calls of running processes with strace(1). It slows them, so nothing is measured meanwhile. */
export class CallTracer {
  readonly #strace: ChildProcess;
  readonly #folder: string;
  readonly #startedMs = performance.now();

  private constructor(strace: ChildProcess, folder: string) {
    this.#strace = strace;
    this.#folder = folder;
  }

  /** Attaches to processes with all their threads. @returns the reason where that is not possible */
  static async attach(pids: readonly number[]): Promise<CallTracer | CallsRefusal> {
    const folder = mkdtempSync(join(tmpdir(), "c10k-calls-"));
    const words = ["-c", "-f", "-o", join(folder, "calls"), ...pids.flatMap((pid) => ["-p", String(pid)])];
    const strace = spawn("strace", words, { stdio: ["ignore", "ignore", "pipe"] });
    const tracer = new CallTracer(strace, folder);
    const refusal = await tracer.#awaitAttached(pids);
    if (refusal === null) return tracer;
    await tracer.#end();
    rmSync(folder, { recursive: true, force: true });
    return refusal;
  }

  /** Ends the count. @param messages that the server has echoed since it began */
  async detach(messages: number): Promise<CallSample> {
    const durationMs = performance.now() - this.#startedMs;
    await this.#end();
    const calls = this.#readCounts();
    if (messages > 0 && calls !== null) {
      return { sampledCalls: { messages, durationMs, calls }, callsRefusal: null };
    }
    return { sampledCalls: null, callsRefusal: { reason: "no-messages", answer: "" } };
  }

  async #end(): Promise<void> {
    const { pid, exitCode, signalCode } = this.#strace;
    if (pid === undefined || exitCode !== null || signalCode !== null) return;
    const cancel = callAfter(DETACH_MS, () => this.#strace.kill("SIGKILL"));
    const closed = once(this.#strace, "close");
    this.#strace.kill("SIGINT");
    await closed;
    cancel();
  }

  #readCounts(): Record<string, number> | null {
    try {
      return parseCounts(readFileSync(join(this.#folder, "calls"), "utf8"));
    } catch {
      return null;
    } finally {
      rmSync(this.#folder, { recursive: true, force: true });
    }
  }

  /** Resolves with null when strace has tried all processes and traces one of them. */
  #awaitAttached(pids: readonly number[]): Promise<CallsRefusal | null> {
    const { promise, resolve } = Promise.withResolvers<CallsRefusal | null>();
    let text = "";
    const refuse = (reason: CallsRefusal["reason"]) =>
      resolve({ reason, answer: text.trim().split("\n").at(-1) ?? "" });
    const cancel = callAfter(ATTACH_MS, () => refuse("too-slow"));
    this.#strace.on("error", () => refuse("no-strace"));
    this.#strace.on("close", () => refuse(GONE.test(text) ? "ended" : "not-permitted"));
    this.#strace.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
      text = (text + chunk).slice(-STDERR_KEPT);
      const tried = new Set([...text.matchAll(TRIED)].map(([, pid]) => Number(pid)));
      if (ATTACHED.test(text) && pids.every((pid) => tried.has(pid))) resolve(null);
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
