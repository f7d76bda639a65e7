import { join } from "node:path";
import { command } from "@c10k-lab/cli";
import { GRADE } from "../../../conformance/src/contract.ts";
import { runModule } from "./run-module.ts";

const MAIN = join(import.meta.dirname, "../../../conformance/src/grade-main.ts");

/** Command that runs in the conformance app, a process of its own, because it starts what other people wrote. */
export const gradeCommand = command({
  ...GRADE,
  run: () => runModule(MAIN, process.argv.slice(2)),
});
