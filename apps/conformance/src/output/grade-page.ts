import type { CaseResult } from "@c10k-lab/conformance/suite";
import type { Grade } from "../grade-result.ts";
import { countResults, evidenceLines } from "./case-table.ts";
import { escapeXml } from "./escape.ts";

const STYLE = `:root{color-scheme:light dark;--rule:light-dark(#ccc,#444);--quote:light-dark(#f4f4f4,#24282d)}
body{font:16px/1.5 system-ui,sans-serif;max-width:60em;margin:2em auto;padding:0 1em;overflow-wrap:anywhere}
table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid var(--rule);padding:.3em .5em;text-align:left;vertical-align:top}
td:first-child{overflow-wrap:normal}
.fail{color:light-dark(#a40000,#ff8a80);font-weight:600}.pass{color:light-dark(#1a6b1a,#7fd67f)}
pre{white-space:pre-wrap;background:var(--quote);padding:.7em}`;

/** Formats the page of a submission: verdict, measurement, failures with evidence, all cases. */
export function formatPage(name: string, grade: Grade, isolation: string): string {
  const { cases } = grade;
  const failures = cases.filter(({ status }) => status === "fail").map(formatFailure);
  const body = [
    `<h1>${escapeXml(name)}</h1>`,
    paragraph(describeOutcome(grade)),
    ...grade.incidents.map((limit) => paragraph(`It reached its limit of ${limit}.`)),
    paragraph(describeMeasurement(grade)),
    paragraph(`Sandbox: ${isolation}.`),
    ...(failures.length > 0 ? ["<h2>Failures</h2>", ...failures] : []),
    ...(cases.length > 0 ? ["<h2>Cases</h2>", formatCases(cases)] : []),
  ];
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${escapeXml(name)}</title><style>${STYLE}</style></head>
<body>
${body.join("\n")}
</body>
</html>
`;
}

function describeOutcome({ status, reason, cases }: Grade): string {
  if (status !== "graded") return `${status}: ${reason}`;
  const { passed, failed, notApplicable } = countResults(cases);
  return `${passed} cases passed, ${failed} failed, ${notApplicable} were not applicable.`;
}

function describeMeasurement({ status, reason, measurement }: Grade): string {
  if (measurement === null)
    return status === "graded" ? `It was not measured: ${reason}.` : "It was not measured.";
  const { messagesPerSecond, cpuUsPerMessage, connections, completed, p99Us } = measurement;
  if (messagesPerSecond === 0) return "Under load no message was echoed.";
  const cost = cpuUsPerMessage === null ? "" : `, ${cpuUsPerMessage.toFixed(1)} µs of CPU time each`;
  const slow = p99Us === null ? "" : `, 99 % within ${p99Us} µs`;
  return `${messagesPerSecond} messages/s${cost}${slow}; ${completed} of ${connections} connections completed.`;
}

function formatFailure({ name, demand, evidence, hint }: CaseResult): string {
  const lines = evidence ? evidenceLines(evidence).join("\n") : "";
  return `<h3>${escapeXml(name)}</h3>${paragraph(demand)}<pre>${escapeXml(lines)}</pre>${paragraph(`Usual cause: ${hint}.`)}`;
}

function formatCases(cases: readonly CaseResult[]): string {
  const rows = cases.map(
    ({ name, demand, status, reason }) =>
      `<tr><td>${escapeXml(name)}</td><td>${escapeXml(demand)}</td><td class="${status}">${escapeXml(reason ? `${status}: ${reason}` : status)}</td></tr>`,
  );
  return `<table><tr><th>case</th><th>demand</th><th>result</th></tr>\n${rows.join("\n")}\n</table>`;
}

function paragraph(text: string): string {
  return `<p>${escapeXml(text)}</p>`;
}
