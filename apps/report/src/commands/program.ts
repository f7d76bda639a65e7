import type { CommandProgram } from "@c10k-lab/cli";
import { compareCommand } from "./compare-command.ts";
import { reportCommand } from "./report-command.ts";

/** The report's command line. */
export const program: CommandProgram = {
  name: "report",
  describe: "Reads results folders of the lab; writes reports and comparisons.",
  commands: [reportCommand, compareCommand],
  epilogue: "Exit codes: 0 all well, 1 an experiment is worse or unreadable, 2 bad usage, 3 not writable.",
};
