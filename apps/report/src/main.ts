import { runCommands } from "@c10k-lab/cli";
import { compareCommand } from "./commands/compare-command.ts";
import { reportCommand } from "./commands/report-command.ts";

process.exitCode = await runCommands(
  {
    name: "report",
    describe: "Reads results folders of the lab; writes reports and comparisons.",
    commands: [reportCommand, compareCommand],
    epilogue: "Exit codes: 0 all well, 1 an experiment is worse or unreadable, 2 bad usage, 3 not writable.",
  },
  process.argv.slice(2),
);
