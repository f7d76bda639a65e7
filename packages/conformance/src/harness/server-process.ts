import { chmodSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readCsv } from "@c10k-lab/files";
import { isFrozen, within } from "@c10k-lab/process";
import { type Outcome, SIZED_STOP_BOUND_MS, TestProgram, until } from "@c10k-lab/process/testing";
import { FinalLine, ListeningLine } from "@c10k-lab/protocol";

const START_BOUND_MS = 20_000;

export interface StartOptions {
  readonly args?: readonly string[];
  /** Program that runs the server, with its arguments: `["strace", "-f"]`. */
  readonly wrapper?: readonly string[];
  /** CSV file [default: one in the server's own folder]. */
  readonly stats?: string;
}

/** Results of a server that has ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly final: FinalLine | undefined;
  readonly rows: Record<string, string>[];
  readonly torn: boolean;
  readonly stderr: string;
}

/** Server in a process of its own. Its disposal kills the process and removes its folder. */
export class ServerProcess implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), "c10k-server-"));
  readonly stats: string;
  readonly #program: TestProgram;
  #listening: ListeningLine | undefined;

  private constructor(main: string, { args = [], wrapper = [], stats }: StartOptions) {
    chmodSync(this.folder, 0o777);
    this.stats = stats ?? join(this.folder, "clients.csv");
    const port = args.includes("--port") ? [] : ["--port", "0"];
    const server = [main, ...port, "--stats", this.stats, "--exit-with-parent", ...args];
    const [program = "", ...rest] = wrapper.length === 0 ? server : [...wrapper, process.execPath, ...server];
    this.#program = new TestProgram({ program, args: rest, cwd: this.folder });
  }

  /** Starts a server. Resolves when it has printed its listening line. */
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

  get stderr(): string {
    return this.#program.stderr;
  }

  kill(signal: NodeJS.Signals): void {
    process.kill(this.pid, signal);
  }

  /** Stops every thread until SIGCONT, so that all traffic of the meantime is pending when the server continues. */
  async freeze(): Promise<void> {
    this.kill("SIGSTOP");
    await until(() => isFrozen(this.pid), "the server is frozen");
  }

  /** Closes the reading end of the server's stderr. */
  closeStderr(): void {
    this.#program.closeStderr();
  }

  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<Ended> {
    this.kill(signal);
    return this.ended();
  }

  /** Waits for the end, then reads rows and final line. */
  async ended(): Promise<Ended> {
    const late = () => `the server did not end: ${this.stderr}`;
    const { code, signal } = await within(SIZED_STOP_BOUND_MS, this.#program.exit, late);
    const { rows, torn } = existsSync(this.stats) ? await readCsv(this.stats) : { rows: [], torn: false };
    return { code, signal, final: this.#finalLine(), rows, torn, stderr: this.stderr };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#program.isRunning) {
      // Kill the server before its wrapper: when strace is killed, its tracee continues.
      if (this.#listening) killQuietly(this.#listening.pid);
      this.#program.signal("SIGKILL");
    }
    await this.#program.exited;
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #untilListening(): Promise<void> {
    const program = this.#program;
    const isDone = () => program.stdout.includes("\n") || !program.isRunning;
    await until(isDone, "the server listens", START_BOUND_MS);
    const [text = ""] = program.stdout.split("\n", 1);
    const { success, data } = ListeningLine.safeParse(text === "" ? null : JSON.parse(text));
    if (!success) {
      await within(SIZED_STOP_BOUND_MS, program.exited, () => `the server neither listens nor ends: ${text}`);
      throw new Error(`the server ended at once: ${this.stderr}`);
    }
    this.#listening = data;
  }

  #finalLine(): FinalLine | undefined {
    const last = this.#program.stdout.trimEnd().split("\n").at(-1) ?? "";
    return last.includes('"event":"final"') ? FinalLine.parse(JSON.parse(last)) : undefined;
  }
}

/** Runs the server with a command line that ends by itself, and waits for the end. */
export function runToEnd(
  main: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Outcome> {
  return new TestProgram({ program: main, args, env }).outcome(SIZED_STOP_BOUND_MS);
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended meanwhile.
  }
}
