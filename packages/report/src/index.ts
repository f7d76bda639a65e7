/** Results to tables, charts and findings: Markdown, HTML, SVG. Nothing is measured and nothing is written here. */

export { type Answer, answer } from "./findings/answer.ts";
export { type SummaryRow, summaryRows } from "./model/summary-rows.ts";
export { type Report, renderReport } from "./report.ts";
export { type ComparedExperiment, compareExperiments } from "./run-comparison/compare-runs.ts";
export { comparisonMarkdown } from "./run-comparison/comparison-markdown.ts";
export { comparisonTable } from "./run-comparison/comparison-table.ts";
export { type ComparisonText, comparisonText } from "./run-comparison/comparison-text.ts";
export type { Rule } from "./run-comparison/rule.ts";
export { summaryTable } from "./text/summary-table.ts";
