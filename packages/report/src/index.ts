/** Results to tables, charts and findings: Markdown, HTML, SVG. Nothing is measured and nothing is written here. */

export type { Rule } from "./experiment-comparison/change.ts";
export { type ComparedExperiment, compareExperiments } from "./experiment-comparison/compare-experiments.ts";
export { comparisonTable } from "./experiment-comparison/comparison-table.ts";
export { comparisonMarkdown, comparisonText } from "./experiment-comparison/comparison-text.ts";
export { answer } from "./findings/answer.ts";
export { type SummaryRow, summaryRows } from "./model/summary-rows.ts";
export { type Report, renderReport } from "./report.ts";
export { summaryTable } from "./text/summary-table.ts";
