import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { allowedProcessors, pinTo } from "@c10k-lab/posix";

/** Time between asking a process to end and ending it. */
const GRACE_MS = 10_000;

/** Where Node keeps compiled code, so that the many processes of a run start in half the time. */
const COMPILE_CACHE = fileURLToPath(new URL("../../../node_modules/.cache/node-compile", import.meta.url));

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/**
 * A process of an app: its own session (Ctrl-C at the terminal is ours to pass on), its words in a log file, its stdout
 * in lines. It ends when we do, however we end: see --exit-with-parent.
 */
export class Child {
  readonly pid: number;
  readonly exited: Promise<Exit>;
  readonly #process: ChildProcess;
  readonly #waiting: ((line: string | null) => void)[] = [];
  readonly #lines: string[] = [];
  #hasEnded = false;

  /**
   * @param main file of the app's main module
   * @param processors it may run on; null for all
   * @throws Error when it cannot be started
   */
  constructor(main: string, args: readonly string[], processors: readonly number[] | null, logPath: string) {
    const log = openSync(logPath, "a");
    this.#process = onProcessors(processors, () =>
      spawn(process.execPath, [main, ...args, "--exit-with-parent"], {
        detached: true,
        env: { ...process.env, NODE_COMPILE_CACHE: COMPILE_CACHE },
        stdio: ["ignore", "pipe", log],
      }),
    );
    closeSync(log);
    if (this.#process.pid === undefined || !this.#process.stdout) throw new Error(`cannot start ${main}`);
    this.pid = this.#process.pid;
    this.exited = once(this.#process, "close").then(([code, signal]) => ({ code, signal }));
    createInterface(this.#process.stdout)
      .on("line", (line) => this.#push(line))
      .on("close", () => this.#finish());
  }

  /** The next line of its stdout; null when there will be none, or none came in time. */
  async nextLine(timeoutMs: number): Promise<string | null> {
    const line = this.#lines.shift();
    if (line !== undefined) return line;
    if (this.#hasEnded) return null;
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(null), timeoutMs);
      this.#waiting.push((next) => {
        clearTimeout(timer);
        resolve(next);
      });
    });
  }

  /** Asks it to end, and ends it when it does not within a grace time. */
  async stop(): Promise<Exit> {
    this.signal("SIGTERM");
    return this.endWithin(GRACE_MS);
  }

  /** Waits for it to end by itself, at most `timeoutMs`; then it is killed. */
  async endWithin(timeoutMs: number): Promise<Exit> {
    const timer = setTimeout(() => this.signal("SIGKILL"), timeoutMs);
    const exit = await this.exited;
    clearTimeout(timer);
    return exit;
  }

  signal(signal: NodeJS.Signals): void {
    // Through the handle, never by number: the number may be another's by now.
    this.#process.kill(signal);
  }

  #push(line: string): void {
    const waiting = this.#waiting.shift();
    if (waiting) waiting(line);
    else this.#lines.push(line);
  }

  #finish(): void {
    this.#hasEnded = true;
    for (const waiting of this.#waiting.splice(0)) waiting(null);
  }
}

/** What `start` starts inherits the processors of this thread at that moment. */
function onProcessors<T>(processors: readonly number[] | null, start: () => T): T {
  if (processors === null) return start();
  const own = allowedProcessors();
  pinTo(processors);
  try {
    return start();
  } finally {
    pinTo(own);
  }
}
