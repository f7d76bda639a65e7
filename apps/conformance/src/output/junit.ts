import type { CaseResult } from "@c10k-lab/conformance/suite";
import { countResults, evidenceLines } from "./case-table.ts";
import { escapeXml } from "./escape.ts";

/** Formats results as JUnit XML, which CI systems show. */
export function formatJunit(subject: string, results: readonly CaseResult[]): string {
  const { failed, notApplicable } = countResults(results);
  const seconds = results.reduce((total, { durationMs }) => total + durationMs, 0) / 1000;
  const counts = `tests="${results.length}" failures="${failed}" errors="0" skipped="${notApplicable}"`;
  const attributes = `name="conformance of ${escapeXml(subject)}" ${counts} time="${seconds}"`;
  const cases = results.map(formatCase).join("\n");
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n<testsuite ${attributes}>\n${cases}\n</testsuite>\n</testsuites>\n`;
}

function formatCase(result: CaseResult): string {
  const { name, level, durationMs } = result;
  const open = `<testcase classname="conformance.${level}" name="${escapeXml(name)}" time="${durationMs / 1000}">`;
  return `${open}${formatOutcome(result)}</testcase>`;
}

function formatOutcome({ status, demand, reason = "", evidence, hint }: CaseResult): string {
  if (status === "pass") return "";
  if (status === "not applicable") return `<skipped message="${escapeXml(reason)}"/>`;
  const lines = [`demand: ${demand}`, ...(evidence ? evidenceLines(evidence) : []), `usual cause: ${hint}`];
  return `<failure message="${escapeXml(evidence?.observed ?? "")}">${escapeXml(lines.join("\n"))}</failure>`;
}
