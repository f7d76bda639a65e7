/** Data between processes: bytes on the wire, JSON lines, files, and the names in them. */

export { Capacity, Objective, Search, Trial } from "./capacity.ts";
export {
  CLOCKS,
  ClientSummary,
  type Clock,
  INFINITE,
  LatencySummary,
  LOOP_CLOCKS,
  LoadSample,
  type LoopClock,
  MOST_SAMPLES,
  type Percentile,
} from "./client-summary.ts";
export { CLIENT_COLUMNS, SERVER_COLUMNS } from "./columns.ts";
export {
  type CellComparison,
  type CellObstacle,
  type Change,
  COMPARED_QUANTITIES,
  type ComparedQuantity,
  type ComparisonSummary,
  type Decline,
  type EnvironmentDifference,
  ExperimentComparison,
  JUDGEMENTS,
  type Judgement,
  type OptionDifference,
  type Regression,
} from "./comparison.ts";
export { Bound, Doubt, Incident, LedgerDifference, Signal, Trouble } from "./facts.ts";
export { countMessages, NEWLINE } from "./message.ts";
export {
  AXES,
  type Axis,
  CAPACITY_SIGNALS,
  type CapacitySignal,
  CELL_STATUSES,
  CLOSE_REASONS,
  type CloseReason,
  DOUBT_REASONS,
  type DoubtReason,
  EXIT,
  OUTCOMES,
  type Outcome,
  type RefusalReason,
  SEARCH_ENDS,
  SEARCHED,
  SERVERS,
  type SearchEnd,
  type Searched,
  type ServerName,
  TCP_COUNTERS,
  type TcpCounter,
} from "./names.ts";
export {
  type ConnectionRow,
  ContainerSample,
  type LabResults,
  Manifest,
  Probe,
  Reconciliation,
  RepetitionResult,
  RUN_OUTCOMES,
  Sample,
} from "./results.ts";
export { FinalLine, ListeningLine, ServerTraits, Usage } from "./server-lines.ts";
