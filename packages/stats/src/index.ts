/** Counts of servers and client: rows in shared memory, histograms, series, and how to merge them. */

export { addCounts, maxCounts, subtractCounts } from "./counts.ts";
export { LatencyHistogram } from "./latency-histogram.ts";
export { COUNTER, FIELD, Ledger, type LedgerMemory, PEER_BYTES } from "./ledger/ledger.ts";
export { LedgerReader } from "./ledger/ledger-reader.ts";
export { ROW_OPEN, SharedRows } from "./ledger/shared-rows.ts";
export { mergeSummaries } from "./merge-summaries.ts";
export { usageNow } from "./usage.ts";
