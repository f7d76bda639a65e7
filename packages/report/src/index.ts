/** Results to a report: Markdown, HTML, SVG, and the story for a terminal. Nothing is measured and nothing is written here. */

export { renderComparison } from "./comparison-report.ts";
export type { Rule } from "./experiment-comparison/change.ts";
export { type ComparedExperiment, compareExperiments } from "./experiment-comparison/compare-experiments.ts";
export { comparisonTable, differenceTable } from "./experiment-comparison/comparison-table.ts";
export { comparisonText } from "./experiment-comparison/comparison-text.ts";
export { listExperiments } from "./model/experiment.ts";
export { type Group, serverNames } from "./model/group.ts";
export { type Report, renderReport } from "./report.ts";
export { type AnswerRow, describeEnds, mergeRows } from "./story/answer-rows.ts";
export type { Story } from "./story/parts.ts";
export { tellStory } from "./story/story.ts";
export { demandTable } from "./text/demand-table.ts";
export { summaryTable } from "./text/summary-table.ts";
