import { existsSync } from "node:fs";
import { join } from "node:path";
import { command } from "@c10k-lab/cli";
import { EXIT } from "@c10k-lab/protocol";
import { COMPARE, REPORT } from "../../../report/src/contract.ts";
import { runModule } from "./run-module.ts";

const MAIN = join(import.meta.dirname, "../../../report/src/main.ts");

/**
 * Runs the report app on this terminal. It is a process of its own: the lab needs no charts and no browser, and an error
 * there costs no result.
 *
 * @param words its command line
 * @returns its exit code
 */
export async function runReport(words: readonly string[]): Promise<number> {
  if (!existsSync(MAIN)) {
    process.stderr.write(
      "lab: no report: its program is gone, because this checkout was changed meanwhile\n",
    );
    return EXIT.incomplete;
  }
  return runModule(MAIN, words);
}

const run = () => runReport(process.argv.slice(2));

export const reportCommand = command({ ...REPORT, run });
export const compareCommand = command({ ...COMPARE, run });
