/** Counts of servers and client: rows in shared memory, histograms, series, and how to merge them. */

export { addCounts } from "./counts.ts";
export { LatencyHistogram } from "./latency-histogram.ts";
export { COUNTER, FIELD, Ledger, type LedgerMemory, PEER_BYTES } from "./ledger/ledger.ts";
export { LedgerReader, type LedgerTotals } from "./ledger/ledger-reader.ts";
export { ROW_CLOSED, ROW_FREE, ROW_OPEN, SharedRows, type SharedRowsMemory } from "./ledger/shared-rows.ts";
export { LoadSeries } from "./load-series.ts";
export { mergeSummaries } from "./merge-summaries.ts";
export { usageNow } from "./usage.ts";
