import { join } from "node:path";
import { runModule } from "@c10k-lab/process";
import { EXIT } from "@c10k-lab/protocol";

const MAIN = join(import.meta.dirname, "../../../report/src/main.ts");

/**
 * Runs the report app on this terminal. It is a process of its own: the lab needs no charts and no browser, and an error
 * there costs no result.
 *
 * @param words its command line
 * @returns its exit code
 */
export async function runReport(words: readonly string[]): Promise<number> {
  return (await runModule(MAIN, words)) ?? EXIT.incomplete;
}
