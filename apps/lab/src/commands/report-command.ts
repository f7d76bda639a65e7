import { command } from "@c10k-lab/cli";
import { REPORT } from "../../../report/src/contract.ts";
import { runReport } from "./report-app.ts";

export const reportCommand = command({ ...REPORT, run: () => runReport(process.argv.slice(2)) });
