/**
 * Prints what the test runs of the gate came to, from vitest's JSON reports: each failed test with the first line of its
 * error, then "N passed, N failed". The first report is the whole suite's. Tests that a filter leaves out of the others are
 * not skipped tests. A report that does not exist is left out.
 */
import { existsSync, readFileSync } from "node:fs";
import { relative } from "node:path";

interface Assertion {
  fullName: string;
  status: string;
  failureMessages: string[];
}
interface Report {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  testResults: { name: string; status: string; message: string; assertionResults: Assertion[] }[];
}

const [whole, ...further] = process.argv
  .slice(2)
  .filter((path) => existsSync(path))
  .map((path): Report => JSON.parse(readFileSync(path, "utf8")));
if (!whole) throw new Error("no report of tests");
const reports = [whole, ...further];

const firstLine = (text = "") => text.split("\n", 1)[0];
for (const file of reports.flatMap((report) => report.testResults)) {
  const path = relative(process.cwd(), file.name);
  const failed = file.assertionResults.filter((assertion) => assertion.status === "failed");
  for (const { fullName, failureMessages } of failed)
    process.stdout.write(`FAILED ${path}: ${fullName}: ${firstLine(failureMessages[0])}\n`);
  if (failed.length === 0 && file.status === "failed")
    process.stdout.write(`FAILED ${path}: ${firstLine(file.message)}\n`);
}

const sum = (of: (report: Report) => number) => reports.reduce((total, report) => total + of(report), 0);
const skipped = whole.numPendingTests > 0 ? `, ${whole.numPendingTests} skipped` : "";
process.stdout.write(
  `${sum((r) => r.numPassedTests)} passed, ${sum((r) => r.numFailedTests)} failed${skipped}\n`,
);
