import { runCommands } from "@c10k-lab/cli";
import { capacityCommand } from "./commands/capacity-command.ts";
import { compareCommand } from "./commands/compare-command.ts";
import { doctorCommand } from "./commands/doctor-command.ts";
import { plansCommand } from "./commands/plans-command.ts";
import { reportCommand } from "./commands/report-command.ts";
import { runCommand } from "./commands/run-command.ts";

process.exitCode = await runCommands(
  {
    name: "lab",
    describe:
      "Raises the load on each server until it degrades, gathers evidence, writes results and a report.",
    commands: [runCommand, capacityCommand, plansCommand, reportCommand, compareCommand, doctorCommand],
    epilogue: `Exit codes: 0 all well, 1 a cell failed, a run is worse, or the machine falls short, 2 bad usage, 3 results could not be written, 130 or 143 interrupted
(what was measured is kept and reported as partial).`,
  },
  process.argv.slice(2),
);
