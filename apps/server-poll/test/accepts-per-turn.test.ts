import { join } from "node:path";
import { acceptTurnCases, conformance } from "@c10k-lab/conformance";

const main = join(import.meta.dirname, "../src/main.ts");

acceptTurnCases(main);

conformance("server-poll --accepts-per-turn 1", main, {
  args: ["--accepts-per-turn", "1"],
  groups: ["churn", "failing accepts"],
});
