import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { allowedProcessors, pinTo } from "@c10k-lab/posix";
import { COMPILE_CACHE } from "./servers.ts";

/** How many of its last words are kept for the sentence when it fails. */
const WORDS_KEPT = 2000;

/**
 * A process of a pair, on one processor if there is a choice. It has a session of its own, so that Ctrl-C is ours to
 * pass on, and ends when we do, however we end.
 */
export class Child {
  readonly pid: number;
  /** Its exit code; null when a signal ended it. */
  readonly exited: Promise<number | null>;
  readonly #process: ChildProcess;
  readonly #firstLine: Promise<string | null>;
  #words = "";

  /** @param program a module for Node, or an executable file */
  constructor(program: string, args: readonly string[], processor: number | undefined) {
    const node = program.endsWith(".ts") ? [program] : [];
    const child = onProcessor(processor, () =>
      spawn(node.length > 0 ? process.execPath : program, [...node, ...args, "--exit-with-parent"], {
        detached: true,
        env: { ...process.env, NODE_COMPILE_CACHE: COMPILE_CACHE },
        stdio: ["ignore", "pipe", "pipe"],
      }),
    );
    if (child.pid === undefined || !child.stdout || !child.stderr) throw new Error(`cannot start ${program}`);
    this.#process = child;
    this.pid = child.pid;
    this.exited = once(child, "close").then(([code]) => code);
    child.stderr.setEncoding("utf8").on("data", (words: string) => {
      this.#words = (this.#words + words).slice(-WORDS_KEPT);
    });
    const lines = createInterface(child.stdout);
    this.#firstLine = Promise.race([
      once(lines, "line").then(([line]) => line),
      once(lines, "close").then(() => null),
    ]);
  }

  /** The first line of its stdout; null when it ended, or none came in time. */
  async firstLine(timeoutMs: number): Promise<string | null> {
    const late = AbortSignal.timeout(timeoutMs);
    return Promise.race([this.#firstLine, once(late, "abort").then(() => null)]);
  }

  /** Asks it to end, and ends it when it does not within `timeoutMs`. */
  async stop(timeoutMs: number): Promise<number | null> {
    this.#process.kill("SIGTERM");
    return this.endWithin(timeoutMs);
  }

  async endWithin(timeoutMs: number): Promise<number | null> {
    const timer = setTimeout(() => this.kill(), timeoutMs);
    const code = await this.exited;
    clearTimeout(timer);
    return code;
  }

  kill(): void {
    this.#process.kill("SIGKILL");
  }

  get lastWords(): string {
    return this.#words.trimEnd().split("\n").at(-1) || "it said nothing";
  }
}

/** What `start` starts inherits the processor of this thread at that moment. */
function onProcessor<T>(processor: number | undefined, start: () => T): T {
  if (processor === undefined) return start();
  const own = allowedProcessors();
  pinTo([processor]);
  try {
    return start();
  } finally {
    pinTo(own);
  }
}
