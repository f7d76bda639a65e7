import { runCommands } from "@c10k-lab/cli";
import { program } from "./commands/program.ts";

process.exitCode = await runCommands(program, process.argv.slice(2));
