import { command, runCommands } from "@c10k-lab/cli";
import { GRADE } from "./contract.ts";
import { gradeAll } from "./grade/grade.ts";

const grade = command({ ...GRADE, run: (options, ...folders) => gradeAll(options, folders) });
process.exitCode = await runCommands({ name: "lab", describe: "", commands: [grade] }, process.argv.slice(2));
