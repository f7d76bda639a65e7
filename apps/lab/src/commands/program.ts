import type { CommandProgram } from "@c10k-lab/cli";
import { capacityCommand } from "./capacity-command.ts";
import { doctorCommand } from "./doctor-command.ts";
import { gradeCommand } from "./grade-command.ts";
import { plansCommand } from "./plans-command.ts";
import { compareCommand, reportCommand } from "./report-commands.ts";
import { runCommand } from "./run-command.ts";

/** The lab's command line. */
export const program: CommandProgram = {
  name: "lab",
  describe:
    "Raises the load on each server until it degrades, gathers evidence, writes results and a report.",
  commands: [
    runCommand,
    capacityCommand,
    plansCommand,
    reportCommand,
    compareCommand,
    doctorCommand,
    gradeCommand,
  ],
  epilogue: `Exit codes: 0 all well; 1 a cell failed, an experiment is worse, or the machine falls short; 2 bad usage; 3 results could
not be written; 130 or 143 interrupted (what was measured is kept and reported as partial).`,
};
