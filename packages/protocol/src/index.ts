/** Data between processes: bytes on the wire, JSON lines, files, and the names in them. */

export * from "./capacity.ts";
export * from "./client-summary.ts";
export * from "./clocks.ts";
export * from "./columns.ts";
export * from "./comparison.ts";
export * from "./control.ts";
export * from "./facts.ts";
export * from "./findings.ts";
export * from "./message.ts";
export * from "./names.ts";
export * from "./results.ts";
export * from "./server-lines.ts";
export * from "./slices.ts";
