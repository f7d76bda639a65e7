import { join } from "node:path";
import { type ChildOptions, type Exit, readExit, startProcess } from "../child.ts";
import { within } from "../timers.ts";

const CHECKOUT = join(import.meta.dirname, "../../../..");
const END_BOUND_MS = 120_000;

/** Exit code and output of a program that has ended. */
export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program under test, with all its output. The terminal's Ctrl-C ends it together with the tests. */
export class TestProgram {
  stdout = "";
  stderr = "";
  readonly pid: number;
  readonly exit: Promise<Exit>;
  /** Resolves to the exit code; null when a signal ended the program. */
  readonly exited: Promise<number | null>;
  readonly #process;

  /** @throws Error when the program cannot be started */
  constructor(options: Omit<ChildOptions, "log" | "ownSession">) {
    this.#process = startProcess({ ...options, ownSession: false });
    this.pid = this.#process.pid;
    this.#process.stdout.on("data", (text: string) => {
      this.stdout += text;
    });
    this.#process.stderr?.on("data", (text: string) => {
      this.stderr += text;
    });
    this.exit = readExit(this.#process);
    this.exited = this.exit.then(({ code }) => code);
  }

  get isRunning(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  signal(name: NodeJS.Signals): void {
    this.#process.kill(name);
  }

  /** Closes the pipe that the program writes stderr to. */
  closeStderr(): void {
    this.#process.stderr?.destroy();
  }

  /** Waits for the program to end by itself. @throws Error when it does not within `boundMs`; it is killed */
  async outcome(boundMs = END_BOUND_MS): Promise<Outcome> {
    try {
      const late = () => `the program did not end: ${this.stdout}${this.stderr}`;
      const code = await within(boundMs, this.exited, late);
      return { code, stdout: this.stdout, stderr: this.stderr };
    } finally {
      this.signal("SIGKILL");
    }
  }
}

/** Returns the path of an app's main module. */
export function mainOf(app: string): string {
  return join(CHECKOUT, `apps/${app}/src/main.ts`);
}

/** Runs an app until it ends by itself. */
export function runApp(app: string, args: readonly string[], boundMs?: number): Promise<Outcome> {
  return new TestProgram({ program: mainOf(app), args }).outcome(boundMs);
}
