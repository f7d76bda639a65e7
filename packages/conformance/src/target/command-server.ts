import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { isListening } from "@c10k-lab/posix";
import { pause } from "@c10k-lab/process";
import { findFreePort } from "./free-port.ts";
import { findMarked, ProcessTree } from "./process-tree.ts";
import type { Target } from "./target.ts";

const MARK = "C10K_CONFORMANCE";
const POLL_MS = 20;
/** Characters of the server's output that are kept. */
const OUTPUT_KEPT = 2000;
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
}

/** Failure of a command to become a listening server; the message is one sentence. */
export class StartError extends Error {
  override readonly name = "StartError";
}

/**
 * Server that a shell command starts. Its processes are found by a mark in their environment, so a daemon that left
 * its session and its parent is found too. Disposal kills all of them.
 */
export class CommandServer implements Target, AsyncDisposable {
  readonly host = "127.0.0.1";
  readonly port: number;
  readonly processes: ProcessTree;
  output = "";
  /** Exit of the process that was started, in words; null while it runs. */
  exit: string | null = null;
  readonly #child: ChildProcess;

  private constructor(port: number, { command, cwd }: CommandOptions) {
    const mark = `${MARK}=${randomUUID()}`;
    this.port = port;
    this.processes = new ProcessTree(() => findMarked(mark));
    const words = command.replaceAll(PORT, String(port));
    this.#child = spawn("/bin/sh", ["-c", words], {
      cwd,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, PORT: String(port), [MARK]: mark.slice(MARK.length + 1) },
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.output = (this.output + text).slice(-OUTPUT_KEPT);
      });
    }
    this.#child.on("error", (error) => {
      this.exit = error.message;
    });
    this.#child.on("exit", (code, signal) => {
      this.exit = signal === null ? `exit code ${code}` : signal;
    });
  }

  /** Starts the command. Resolves when its port is listened on. @throws StartError */
  static async start(options: CommandOptions): Promise<CommandServer> {
    const port = options.port ?? (await findFreePort());
    if (isListening(port)) throw new StartError(`port ${port} is in use before the server starts`);
    if (isEnding)
      throw new StartError("no server is started any more, because this program was told to stop");
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
    this.#child.stdout?.destroy();
    this.#child.stderr?.destroy();
    if (this.exit === null) await once(this.#child, "exit");
  }

  async #untilListening(boundMs: number): Promise<void> {
    const deadlineMs = performance.now() + boundMs;
    while (!isListening(this.port)) {
      if (this.exit !== null && this.processes.hasEnded) {
        throw new StartError(`the command ended before it listened: ${this.exit}${this.#lastLine()}`);
      }
      if (performance.now() > deadlineMs) {
        throw new StartError(`nothing listened on port ${this.port} after ${boundMs} ms${this.#lastLine()}`);
      }
      await pause(POLL_MS);
    }
  }

  #lastLine(): string {
    const line = this.output.trimEnd().split("\n").at(-1) ?? "";
    return line === "" ? "" : `; its last line: ${line.slice(0, 200)}`;
  }
}

/** Kills the servers that run and starts no more, as when this process is told to stop. */
export async function endServers(): Promise<void> {
  isEnding = true;
  await Promise.all([...running].map(({ processes }) => processes.kill()));
}
