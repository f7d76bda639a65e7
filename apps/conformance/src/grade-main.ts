import { command, onStopSignal, runCommands, stopExitCode } from "@c10k-lab/cli";
import { endWithParent } from "@c10k-lab/process";
import { GRADE } from "./contract.ts";
import { gradeAll } from "./grade/grade.ts";

const grade = command({ ...GRADE, run: (options, ...folders) => gradeAll(options, folders) });
endWithParent();
onStopSignal((signal) => process.exit(stopExitCode(signal)));
process.exitCode = await runCommands({ name: "lab", describe: "", commands: [grade] }, process.argv.slice(2));
