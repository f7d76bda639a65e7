import { spawn } from "node:child_process";
import { constants } from "node:os";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { BoundedLog } from "./bounded-log.ts";
import { type Exit, nameSignal, readExit } from "./child.ts";
import { type CommandLimits, defaultLimits, limitWords } from "./command-limits.ts";
import { childEnvironment } from "./environment.ts";
import { LineQueue } from "./line-queue.ts";
import { ProcessTree, type TreeUsage } from "./proc/process-tree.ts";
import { startOn } from "./processors/processors.ts";
import { Stoppable } from "./stoppable.ts";

/** Program that starts the command and ends everything the command has started. */
const KEEPER = fileURLToPath(new URL("../build/keeper", import.meta.url));

export interface KeptCommandOptions {
  readonly command: readonly string[];
  readonly cwd: string;
  /** Variables in addition to the inherited ones. */
  readonly env: Readonly<Record<string, string>>;
  readonly stopSignal: NodeJS.Signals;
  readonly processors: readonly number[] | null;
  /** [default: defaultLimits()] */
  readonly limits?: CommandLimits;
  /** File for the first MiB of stdout and stderr; null to keep their end in memory. */
  readonly log: string | null;
}

/** Limit of a server's processes together, from which on they are killed (limits.c). */
export interface Excess {
  /** `memory` and `disk` count MiB. */
  readonly limit: "processes" | "threads" | "memory" | "disk" | "files";
  readonly count: number;
  readonly allowed: number;
}

/** A line of the keeper. */
type Report =
  | { readonly event: "started"; readonly pid: number }
  | { readonly event: "failed"; readonly error: string }
  | ({ readonly event: "exceeded" } & Excess)
  | { readonly event: "ended"; readonly code: number; readonly signal: number }
  | ({ readonly event: "usage"; readonly killed: number } & TreeUsage);

/**
 * A foreign command, with everything that it starts. SIGKILL, and the end of this process, end all of its
 * processes, daemons included.
 */
export class KeptCommand extends Stoppable<Exit> {
  readonly processes: ProcessTree;
  /** Resolves when the command itself has ended; its daemons may go on. */
  readonly commandEnded: Promise<Exit>;
  /** Process that keeps the command. It is none of the command's own. */
  readonly keeperPid: number;
  /** Resolves when all of its processes have ended. */
  readonly exited: Promise<Exit>;
  protected readonly lines: LineQueue;
  readonly #keeper: ReturnType<typeof startKeeper>;
  readonly #log: BoundedLog;
  #usage: TreeUsage | null = null;
  #killed = 0;
  #excess: Excess | null = null;

  /** @throws Error when the keeper cannot be started */
  constructor(options: KeptCommandOptions) {
    super();
    this.#keeper = startKeeper(options);
    if (this.#keeper.pid === undefined) throw new Error(`cannot start ${KEEPER}`);
    this.keeperPid = this.#keeper.pid;
    this.processes = new ProcessTree(this.keeperPid, false);
    this.#log = new BoundedLog(options.log);
    for (const stream of [this.#keeper.stdout, this.#keeper.stderr]) if (stream) this.#log.take(stream);
    this.lines = new LineQueue((this.#keeper.stdio[3] as Readable).setEncoding("utf8"));
    const { promise, resolve } = Promise.withResolvers<Exit>();
    this.commandEnded = promise;
    this.exited = this.#readReports(resolve);
  }

  /** Usage of all processes at their end, as the kernel adds it up for wait4(2); null while one lives. */
  get finalUsage(): TreeUsage | null {
    return this.#usage;
  }

  /** Processes that the command left behind when it ended, and that were killed. */
  get killed(): number {
    return this.#killed;
  }

  /** Limit that its processes exceeded, so that they were killed; null where they did not. */
  get excess(): Excess | null {
    return this.#excess;
  }

  /** Last line of the output of a command without a log file. */
  get lastLine(): string {
    return this.#log.lastLine;
  }

  /** The end of the output of a command without a log file, at most 64 Ki characters. */
  get output(): string {
    return this.#log.end;
  }

  waitForLine(pattern: RegExp, timeoutMs: number): Promise<boolean> {
    return this.#log.waitForLine(pattern, timeoutMs, this.exited);
  }

  /** Passes SIGTERM on as the command's stop signal; SIGKILL kills all of its processes. */
  signal(signal: NodeJS.Signals): void {
    this.#keeper.kill(signal === "SIGKILL" ? "SIGQUIT" : "SIGTERM");
  }

  async #readReports(onCommandEnd: (exit: Exit) => void): Promise<Exit> {
    const closed = readExit(this.#keeper);
    let exit: Exit = { code: null, signal: "SIGKILL" };
    for (;;) {
      const line = await this.lines.next(Number.POSITIVE_INFINITY);
      if (line === null) break;
      const report: Report = JSON.parse(line);
      if (report.event === "failed") this.#log.note(`cannot start the command: ${report.error}`);
      if (report.event === "exceeded") {
        const { event, ...excess } = report;
        this.#excess = excess;
      }
      if (report.event === "ended") {
        exit = exitOf(report);
        onCommandEnd(exit);
      }
      if (report.event === "usage") {
        const { event, killed, ...usage } = report;
        this.#usage = usage;
        this.#killed = killed;
      }
    }
    await closed;
    onCommandEnd(exit);
    this.#log.close();
    return exit;
  }
}

function startKeeper({
  command,
  cwd,
  env,
  stopSignal,
  processors,
  limits = defaultLimits(),
}: KeptCommandOptions) {
  const numbers = [process.pid, constants.signals[stopSignal]];
  const words = [...numbers.map(String), ...limitWords(limits), ...command];
  const keeper = startOn(processors, () =>
    spawn(KEEPER, words, {
      cwd,
      env: childEnvironment(env),
      detached: true,
      stdio: ["ignore", "pipe", "pipe", "pipe"],
    }),
  );
  keeper.on("error", () => {}); // A keeper that did not start has no pid.
  return keeper;
}

function exitOf({ code, signal }: { code: number; signal: number }): Exit {
  return signal === 0 ? { code, signal: null } : { code: null, signal: nameSignal(signal) ?? "SIGKILL" };
}
