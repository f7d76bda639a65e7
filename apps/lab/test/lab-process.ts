import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const MAIN = join(import.meta.dirname, "../src/main.ts");

/** The lab as its own process. */
export class LabProcess {
  readonly results: string;
  readonly exited: Promise<number | null>;
  stdout = "";
  stderr = "";
  readonly #process: ChildProcess;

  constructor(
    args: readonly string[],
    results = mkdtempSync(join(tmpdir(), "c10k-lab-")),
    cwd = process.cwd(),
    environment: NodeJS.ProcessEnv = {},
  ) {
    this.results = results;
    const options = args[0] === "run" || args[0] === "capacity" ? ["--results", results] : [];
    this.#process = spawn(process.execPath, [MAIN, ...args, ...options], {
      stdio: ["ignore", "pipe", "pipe"],
      cwd,
      env: { ...process.env, ...environment },
    });
    this.#process.stdout?.on("data", (chunk) => {
      this.stdout += chunk;
    });
    this.#process.stderr?.on("data", (chunk) => {
      this.stderr += chunk;
    });
    this.exited = once(this.#process, "close").then(([code]) => code);
  }

  signal(name: NodeJS.Signals): void {
    this.#process.kill(name);
  }

  /** Processes started by this lab that are alive now. */
  children(): { pid: number; command: string }[] {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map((pid) => ({ pid: Number(pid), command: commandLine(pid) }))
      .filter(({ pid, command }) => pid !== this.#process.pid && command.includes(this.results));
  }
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "latin1").replaceAll("\0", " ");
  } catch {
    return ""; // It has ended.
  }
}

export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
}
