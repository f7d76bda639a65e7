import type { CaseResult, Evidence } from "@c10k-lab/conformance/suite";
import Table from "cli-table3";

/** Formats the results for the terminal: a table, then demand, evidence and hint of each failure. */
export function formatResults(results: readonly CaseResult[]): string {
  // The same level in every row would cost room that a narrow terminal has not.
  const hasLevels = results.some(({ level }) => level !== "course");
  const table = new Table({
    head: ["case", ...(hasLevels ? ["level"] : []), "result", "time"],
    style: { head: [], border: [], compact: true },
    colAligns: ["left", ...(hasLevels ? (["left"] as const) : []), "left", "right"],
  });
  for (const { name, level, status, reason, durationMs } of results) {
    const result = reason ? `${status}: ${reason}` : status;
    table.push([name, ...(hasLevels ? [level] : []), result, `${durationMs} ms`]);
  }
  const failures = results.filter(({ status }) => status === "fail").map(formatFailure);
  return `${[table.toString(), ...failures, formatCounts(results)].join("\n\n")}\n`;
}

/** Returns "26 passed, 1 failed, 3 not applicable". */
function formatCounts(results: readonly CaseResult[]): string {
  const { passed, failed, notApplicable } = countResults(results);
  return `${passed} passed, ${failed} failed, ${notApplicable} not applicable`;
}

export function countResults(results: readonly CaseResult[]) {
  const count = (status: CaseResult["status"]) => results.filter((one) => one.status === status).length;
  return { passed: count("pass"), failed: count("fail"), notApplicable: count("not applicable") };
}

/** Returns the lines of an evidence: what was seen, sent, received, and when. */
export function evidenceLines({ observed, sent, received, afterMs }: Evidence): string[] {
  return [
    `seen: ${observed}`,
    ...(sent === undefined ? [] : [`sent: ${sent}`]),
    ...(received === undefined ? [] : [`came back: ${received}`]),
    ...(afterMs === undefined ? [] : [`after: ${afterMs} ms`]),
  ];
}

function formatFailure({ name, demand, evidence, hint }: CaseResult): string {
  const lines = [`demand: ${demand}`, ...(evidence ? evidenceLines(evidence) : []), `usual cause: ${hint}`];
  return [`FAIL ${name}`, ...lines.map((line) => `  ${line}`)].join("\n");
}
