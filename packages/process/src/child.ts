import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { constants } from "node:os";
import type { Readable } from "node:stream";
import { PARENT_VARIABLE } from "@c10k-lab/posix";
import { childEnvironment, LEAN_ALLOCATOR } from "./environment.ts";
import { LineQueue } from "./line-queue.ts";
import { startOn } from "./processors/processors.ts";
import { Stoppable } from "./stoppable.ts";

/** Characters of stderr that are kept. */
const STDERR_KEPT = 2000;

export interface ChildOptions {
  /** Path of a TypeScript module, which Node runs, or of an executable file. */
  readonly program: string;
  readonly args?: readonly string[];
  /** Processors it may run on; null for all that this process may use. */
  readonly processors?: readonly number[] | null;
  /** File that stderr is appended to. */
  readonly log?: string;
  readonly cwd?: string;
  /** Variables in addition to the inherited ones. */
  readonly env?: NodeJS.ProcessEnv;
  /**
   * Starts a session, which the terminal's Ctrl-C does not reach, and adds `--exit-with-parent`, which the program must
   * know: the child then ends with this process even after SIGKILL (PR_SET_PDEATHSIG). True by default.
   */
  readonly ownSession?: boolean;
}

/** A process that was started, with both outputs as UTF-8. */
export interface RunningProcess extends ChildProcess {
  readonly pid: number;
  readonly stdout: Readable;
}

/** Exit of a process: its code, or the signal that ended it. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A shell or an init whose command a signal has ended exits with the signal's number and this. */
const SIGNAL_BASE = 128;

/** Returns the signal that ended a process or, as its exit code tells, the command of a shell or an init; otherwise null. */
export function signalOf({ code, signal }: Exit): NodeJS.Signals | null {
  return signal ?? nameSignal((code ?? 0) - SIGNAL_BASE);
}

/** Returns the name of a signal by its number; null where there is none. */
export function nameSignal(signal: number): NodeJS.Signals | null {
  const named = Object.entries(constants.signals) as [NodeJS.Signals, number][];
  return named.find(([, number]) => number === signal)?.[0] ?? null;
}

/** A child process. Its stdout is read as lines, its stderr goes to a log file or is kept in part. */
export class Child extends Stoppable<Exit> {
  readonly pid: number;
  readonly exited: Promise<Exit>;
  protected readonly lines: LineQueue;
  readonly #process: RunningProcess;
  #stderr = "";

  /** @throws Error when the program cannot be started */
  constructor(options: ChildOptions) {
    super();
    this.#process = startProcess(options);
    this.pid = this.#process.pid;
    this.lines = new LineQueue(this.#process.stdout);
    this.#process.stderr?.on("data", (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_KEPT);
    });
    this.exited = readExit(this.#process);
  }

  /** Last line of stderr; empty when there is a log file. */
  get lastErrorLine(): string {
    return this.#stderr.trimEnd().split("\n").at(-1) ?? "";
  }

  /** Sends a signal unless the process has ended: its number may be another process's by then. */
  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }
}

/** Starts a process. @throws Error when the program cannot be started */
export function startProcess(options: ChildOptions): RunningProcess {
  const { program, args = [], processors = null, log, cwd, env, ownSession = true } = options;
  const isModule = program.endsWith(".ts");
  const words = [...(isModule ? [program] : []), ...args, ...(ownSession ? ["--exit-with-parent"] : [])];
  const errors = log === undefined ? "pipe" : openSync(log, "a");
  try {
    const child = startOn(processors, () =>
      spawn(isModule ? process.execPath : program, words, {
        cwd,
        env: childEnvironment({
          ...(isModule ? LEAN_ALLOCATOR : {}),
          ...env,
          ...(ownSession ? { [PARENT_VARIABLE]: String(process.pid) } : {}),
        }),
        detached: ownSession,
        stdio: ["ignore", "pipe", errors],
      }),
    );
    child.on("error", () => {}); // Reported below: a process that did not start has no pid.
    if (child.pid === undefined) throw new Error(`cannot start ${program}`);
    child.stdout?.setEncoding("utf8");
    child.stderr?.setEncoding("utf8");
    return child as RunningProcess;
  } finally {
    if (typeof errors === "number") closeSync(errors);
  }
}

/** Waits until a process has ended and its output is read. */
export async function readExit(child: ChildProcess): Promise<Exit> {
  const [code, signal] = await once(child, "close");
  return { code, signal };
}
