import { command } from "@c10k-lab/cli";
import { COMPARE } from "../../../report/src/contract.ts";
import { runReport } from "./report-app.ts";

export const compareCommand = command({ ...COMPARE, run: () => runReport(process.argv.slice(2)) });
