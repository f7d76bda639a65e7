import type { CaseResult } from "@c10k-lab/conformance/suite";
import { countResults, evidenceLines } from "./case-table.ts";

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

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

/** Escapes markup, and replaces the control characters that XML 1.0 does not allow. */
function escapeXml(text: string): string {
  const printable = [...text].map((char) => (isAllowed(char) ? char : "\ufffd")).join("");
  return printable.replace(/[&<>"]/g, (char) => ENTITIES[char] ?? "");
}

function isAllowed(char: string): boolean {
  const code = char.codePointAt(0) ?? 0;
  return code >= 0x20 ? code < 0xd800 || code > 0xdfff : char === "\n" || char === "\t";
}
