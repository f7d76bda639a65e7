/** Facts to English: numbers, units, sentences. */

export { describeAnswer } from "./answers.ts";
export { axisWords, describePlace, describeRange } from "./axis.ts";
export {
  describeChangeInterval,
  describeComparisonRule,
  describeEnvironmentDifference,
  describePercent,
  describeRegression,
  describeRemarks,
  describeValue,
  describeVerdict,
} from "./comparison.ts";
export { DOUBT_MEANINGS, describeDoubt } from "./doubts.ts";
export { describeDifferences, describeIncident, describeIncidents, REFUSALS } from "./incidents.ts";
export {
  about,
  figure,
  integer,
  listed,
  MISSING,
  percent,
  plural,
  ratio,
  scientific,
  signed,
  theServers,
} from "./numbers.ts";
export { type QuantityName, type QuantityWords, quantityWords } from "./quantities.ts";
export { rangeText, timesText } from "./ranges.ts";
export {
  capacityTable,
  describeAmount,
  describeFixed,
  describeLimit,
  describeObjective,
  describeSearch,
  describeSearchDoubt,
  searchName,
  trialsOf,
} from "./search.ts";
export { describeBound, describeSignal } from "./signals.ts";
export { type Column, type Table, tabulate } from "./table.ts";
export { describeTrouble } from "./troubles.ts";
