import { listeningHost } from "@c10k-lab/posix";
import { type CommandLimits, type Exit, findFreePort, KeptCommand, pause } from "@c10k-lab/process";
import { describeExcess, describeExit, limitOf } from "./exit-words.ts";
import { ProcessTree, withDescendants } from "./process-tree.ts";
import type { Target } from "./target.ts";

const POLL_MS = 20;
const PORT = /\{port\}/g;

const running = new Set<CommandServer>();
let isEnding = false;

export interface CommandOptions {
  /** Shell command; `{port}` stands for the port. */
  readonly command: string;
  readonly cwd?: string;
  /** Port of a command without `{port}` [default: any free port]. */
  readonly port?: number;
  /** Longest time until it listens, ms. */
  readonly startBoundMs: number;
  /** [default: those of any kept command] */
  readonly limits?: CommandLimits;
  /** Called when the process that was started has ended, also at the end of its case. */
  onEnd?(exit: Exit): void;
}

/** Failure of a command to become a listening server; the message is one sentence. */
export class StartError extends Error {
  override readonly name = "StartError";
  /** Usual cause. */
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

/** Usual cause of a port that nobody listens on. */
export const NOT_LISTENING =
  "the port of the command line is ignored, the server listens on another address than 127.0.0.1, its socket is one of UDP, or it starts more slowly than this";

const HINTS = {
  "port-in-use": "another program listens there: end it, or take another port",
  stopped: "this program was told to stop",
  ended:
    "the program is missing or not built, or it fails before listen(2): start it by hand in the same folder",
  silent: NOT_LISTENING,
} as const;

/**
 * Server that a shell command starts. Its processes are the descendants of their keeper, which is the parent of those
 * that lost their own, so a daemon that left its session is found too. Disposal kills all of them, and so does the end of
 * this process, also by SIGKILL.
 */
export class CommandServer implements Target, AsyncDisposable {
  /** 127.0.0.1, or ::1 where the server listens there alone. */
  host = "127.0.0.1";
  readonly port: number;
  readonly processes: ProcessTree;
  /** Exit of the process that was started, in words; null while it runs. */
  exit: string | null = null;
  /** True when a limit that protects the machine ended it, and no client did. */
  isOverLimit = false;
  readonly #kept: KeptCommand;
  /** The keeper has no process left. A look at /proc can miss a process that is being forked. */
  #isOver = false;

  private constructor(port: number, options: CommandOptions) {
    const { command, cwd = process.cwd(), limits, onEnd } = options;
    this.port = port;
    this.#kept = new KeptCommand({
      command: ["/bin/sh", "-c", command.replaceAll(PORT, String(port))],
      cwd,
      env: { PORT: String(port) },
      stopSignal: "SIGTERM",
      processors: null,
      log: null,
      ...(limits === undefined ? {} : { limits }),
    });
    const { keeperPid } = this.#kept;
    // When the keeper has ended, its number may be another process's.
    const find = () => (this.#isOver ? [] : withDescendants([keeperPid]).filter((pid) => pid !== keeperPid));
    this.processes = new ProcessTree(find);
    void this.#kept.commandEnded.then((exit) => {
      this.#noteEnd(exit);
      onEnd?.(exit);
    });
    void this.#kept.exited.then((exit) => {
      // The command itself may have ended well, and its daemons by a limit.
      this.#noteEnd(exit);
      this.#isOver = true;
    });
  }

  /** Starts the command. Resolves when its port is listened on. @throws StartError */
  static async start(options: CommandOptions): Promise<CommandServer> {
    const port = options.port ?? (await findFreePort());
    if (listeningHost(port) !== null)
      throw new StartError(`port ${port} is in use before the server starts`, HINTS["port-in-use"]);
    if (isEnding) throw new StartError("no server is started any more", HINTS.stopped);
    const server = new CommandServer(port, options);
    running.add(server);
    try {
      await server.#untilListening(options.startBoundMs);
      return server;
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.processes.kill();
    running.delete(this);
    this.#kept.signal("SIGKILL");
    await this.#kept.exited;
  }

  /** A limit says more than the SIGKILL that enforced it. The keeper tells of it before the end. */
  #noteEnd(exit: Exit): void {
    const { excess } = this.#kept;
    this.exit = excess === null ? describeExit(exit) : describeExcess(excess);
    this.isOverLimit = excess !== null || limitOf(exit) !== null;
  }

  async #untilListening(boundMs: number): Promise<void> {
    const deadlineMs = performance.now() + boundMs;
    while (!this.#isListening()) {
      if (this.#isOver) {
        throw new StartError(
          `the command ended before it listened: ${this.exit}${this.#lastLine()}`,
          HINTS.ended,
        );
      }
      if (performance.now() > deadlineMs) {
        throw new StartError(
          `nothing listened on port ${this.port} after ${boundMs} ms${this.#lastLine()}`,
          HINTS.silent,
        );
      }
      await pause(POLL_MS);
    }
  }

  #isListening(): boolean {
    const host = listeningHost(this.port);
    if (host !== null) this.host = host;
    return host !== null;
  }

  #lastLine(): string {
    const line = this.#kept.lastLine.slice(0, 200);
    return line === "" ? "" : `; its last line: ${line}`;
  }
}

/** Kills the servers that run and starts no more, as when this process is told to stop. */
export async function endServers(): Promise<void> {
  isEnding = true;
  await Promise.all([...running].map(({ processes }) => processes.kill()));
}
