/** Files that survive the process: CSV that is appended to, atomic replacement, numbered names. */

export { CsvFile, type CsvValue } from "./csv-file.ts";
export { type CsvContent, parseCsv, readCsv } from "./csv-reader.ts";
export { probeWritable, writeFileDurably } from "./durable-file.ts";
export { makeFolder } from "./folder.ts";
export { claimNumber, claimPath, fillNumber, isNumbered } from "./numbered-path.ts";
