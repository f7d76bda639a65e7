import { command, onStopSignal, runCommands } from "@c10k-lab/cli";
import { EXIT } from "@c10k-lab/protocol";
import { GRADE } from "./contract.ts";
import { gradeAll } from "./grade/grade.ts";

const grade = command({ ...GRADE, run: (options, ...folders) => gradeAll(options, folders) });
onStopSignal((signal) => process.exit(signal === "SIGINT" ? EXIT.interrupted : EXIT.terminated));
process.exitCode = await runCommands({ name: "lab", describe: "", commands: [grade] }, process.argv.slice(2));
