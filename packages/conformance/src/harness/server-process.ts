import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readCsv } from "@c10k-lab/files";
import { isFrozen } from "@c10k-lab/process";
import { until } from "@c10k-lab/process/testing";
import { FinalLine, ListeningLine } from "@c10k-lab/protocol";

/** Servers are started by the hundred: let Node compile them once. */
const ENVIRONMENT = { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), "c10k-compile-cache") };

const START_BOUND_MS = 20_000;
const STOP_BOUND_MS = 20_000;

export interface StartOptions {
  readonly args?: readonly string[];
  /** A program that runs the server: `["strace", "-f"]`. */
  readonly wrapper?: readonly string[];
  /** CSV file instead of one in the server's own folder. */
  readonly stats?: string;
}

/** A server that has ended, and all it left behind. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly final: FinalLine | undefined;
  readonly rows: Record<string, string>[];
  readonly torn: boolean;
  readonly stderr: string;
}

/** A server in a process of its own. It is gone when the test is over, whatever happens. */
export class ServerProcess implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), "c10k-server-"));
  readonly stats: string;
  stdout = "";
  stderr = "";
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;
  #listening: ListeningLine | undefined;

  private constructor(main: string, { args = [], wrapper = [], stats }: StartOptions) {
    chmodSync(this.folder, 0o777);
    this.stats = stats ?? join(this.folder, "clients.csv");
    const server = [
      process.execPath,
      main,
      ...(args.includes("--port") ? [] : ["--port", "0"]),
      "--stats",
      this.stats,
      "--exit-with-parent",
      ...args,
    ];
    const [command = "", ...rest] = [...wrapper, ...server];
    this.#child = spawn(command, rest, {
      stdio: ["ignore", "pipe", "pipe"],
      cwd: this.folder,
      env: ENVIRONMENT,
    });
    this.#exited = new Promise((resolve) => {
      this.#child.once("close", () => resolve());
      this.#child.once("error", () => resolve());
    });
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.stdout += text;
    });
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.stderr += text;
    });
  }

  /** Resolves when the server says that it listens. */
  static async start(main: string, options: StartOptions = {}): Promise<ServerProcess> {
    const server = new ServerProcess(main, options);
    try {
      await server.#untilListening();
      return server;
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
  }

  get listening(): ListeningLine {
    if (!this.#listening) throw new Error("not listening yet");
    return this.#listening;
  }

  get port(): number {
    return this.listening.port;
  }

  get pid(): number {
    return this.listening.pid;
  }

  get hasExited(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  kill(signal: NodeJS.Signals): void {
    process.kill(this.pid, signal);
  }

  /** Stops every thread until SIGCONT: what comes meanwhile is there all at once when it goes on. */
  async freeze(): Promise<void> {
    this.kill("SIGSTOP");
    await until(() => isFrozen(this.pid), "the server is frozen");
  }

  /** The reader of the server's stderr goes away. */
  closeStderr(): void {
    this.#child.stderr?.destroy();
  }

  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<Ended> {
    this.kill(signal);
    return this.ended();
  }

  /** Waits for the end, then reads what was left behind. */
  async ended(): Promise<Ended> {
    await within(STOP_BOUND_MS, this.#exited, () => `the server did not end: ${this.stderr}`);
    const { rows, torn } = existsSync(this.stats) ? await readCsv(this.stats) : { rows: [], torn: false };
    const { exitCode: code, signalCode: signal } = this.#child;
    return { code, signal, final: this.#finalLine(), rows, torn, stderr: this.stderr };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.hasExited) {
      // The server before a wrapper: strace that is killed lets its tracee go on.
      if (this.#listening) killQuietly(this.#listening.pid);
      if (this.#child.pid !== undefined) killQuietly(this.#child.pid);
    }
    await this.#exited;
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #untilListening(): Promise<void> {
    const line = new Promise<string>((resolve, reject) => {
      this.#child.stdout?.on("data", () => {
        const end = this.stdout.indexOf("\n");
        if (end >= 0) resolve(this.stdout.slice(0, end));
      });
      void this.#exited.then(() => reject(new Error(`the server ended at once: ${this.stderr}`)));
    });
    const text = await within(START_BOUND_MS, line, () => `the server does not listen: ${this.stderr}`);
    const { success, data } = ListeningLine.safeParse(JSON.parse(text));
    if (!success) {
      await within(STOP_BOUND_MS, this.#exited, () => `the server neither listens nor ends: ${text}`);
      throw new Error(`the server ended at once: ${this.stderr}`);
    }
    this.#listening = data;
  }

  #finalLine(): FinalLine | undefined {
    const last = this.stdout.trimEnd().split("\n").at(-1) ?? "";
    return last.includes('"event":"final"') ? FinalLine.parse(JSON.parse(last)) : undefined;
  }
}

/** What a command line without a life of its own did: a mistake, help. */
export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the server with a command line that makes it end by itself. */
export async function runToEnd(
  main: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<CommandResult> {
  const child = spawn(process.execPath, [main, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...ENVIRONMENT, ...env },
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const closed = new Promise<void>((resolve) => {
    child.once("close", () => resolve());
  });
  try {
    await within(STOP_BOUND_MS, closed, () => `it did not end by itself: ${stdout}${stderr}`);
  } finally {
    if (child.exitCode === null) child.kill("SIGKILL");
  }
  return { code: child.exitCode, stdout, stderr };
}

async function within<T>(boundMs: number, promise: Promise<T>, sentence: () => string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(sentence())), boundMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It was faster.
  }
}
