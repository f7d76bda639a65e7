/** The books of both sides: rows in shared memory, files that survive the process, and the arithmetic of latency. */

export { CsvFile, type CsvValue } from "./csv-file.ts";
export { type CsvContent, parseCsv, readCsv } from "./csv-reader.ts";
export { probeWritable, writeFileDurably } from "./durable-file.ts";
export { makeFolder } from "./folder.ts";
export { LatencyHistogram } from "./latency-histogram.ts";
export { COUNTER, FIELD, Ledger, type LedgerMemory, PEER_BYTES } from "./ledger.ts";
export { LedgerReader, type LedgerTotals } from "./ledger-reader.ts";
export { LoadSeries } from "./load-series.ts";
export { mergeSummaries } from "./merge-summaries.ts";
export { claimNumber, claimPath, fillNumber, isNumbered } from "./numbered-path.ts";
export { ROW_CLOSED, ROW_FREE, ROW_OPEN, SharedRows, type SharedRowsMemory } from "./shared-rows.ts";
export { usageNow } from "./usage.ts";
