import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ChildOptions } from "../child.ts";
import { commandLine, processesWith } from "../proc/process.ts";
import { mainOf, TestProgram } from "./test-program.ts";

export interface LabOptions extends Pick<ChildOptions, "cwd" | "env"> {
  /** Folder for results; a new one by default. */
  readonly results?: string;
  /** Main module; the lab of this checkout by default. */
  readonly program?: string;
}

/** The lab under test. */
export class LabProcess extends TestProgram {
  readonly results: string;

  /** @param args a command of the lab and its options, without --results */
  constructor(
    args: readonly string[],
    {
      results = mkdtempSync(join(tmpdir(), "c10k-lab-")),
      program = mainOf("lab"),
      ...options
    }: LabOptions = {},
  ) {
    const takesResults = args[0] === "run" || args[0] === "capacity";
    const all = takesResults ? [...args, "--results", results] : args;
    super({ program, args: all, ...options });
    this.results = results;
  }

  /** Processes whose command line names the results folder: servers and clients that this lab has started. */
  children(): { pid: number; command: string }[] {
    return processesWith(this.results)
      .filter((pid) => pid !== this.pid)
      .map((pid) => ({ pid, command: commandLine(pid) }));
  }
}
