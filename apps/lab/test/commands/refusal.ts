import { mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { executeCommand, UsageError } from "@c10k-lab/cli";
import { expect } from "vitest";
import { program } from "../../src/commands/program.ts";

/** Returns the sentence with which the lab refuses a command line, in this process. It may leave no results. */
export async function refusal(args: readonly string[]): Promise<string> {
  const results = mkdtempSync(join(tmpdir(), "c10k-refusal-"));
  const takesResults = args[0] === "run" || args[0] === "capacity";
  const all = [...args, ...(takesResults ? ["--results", results] : [])];
  const mistake = await executeCommand(program, all).catch((error: unknown) => error);
  if (!(mistake instanceof UsageError)) throw new Error(`the lab did not refuse: ${String(mistake)}`);
  expect(mistake.message).not.toContain("\n");
  expect(readdirSync(results)).toEqual([]);
  return mistake.message;
}
