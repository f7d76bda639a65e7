/** Files that survive the process: appended CSV, atomic replacement, numbered names. */

export { csvFiles, numbered, serverOf } from "./cell-files.ts";
export { CsvFile, type CsvValue } from "./csv-file.ts";
export { parseCsv, readCsv } from "./csv-reader.ts";
export { scanCsv } from "./csv-scan.ts";
export { probeWritable, writeFileDurably } from "./durable-file.ts";
export { makeFolder } from "./folder.ts";
export { claimPath } from "./numbered-path.ts";
