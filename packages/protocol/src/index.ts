/** Data between processes: bytes on the wire, JSON lines, files, and the names in them. */

export * from "./clocks.ts";
export * from "./columns.ts";
export * from "./message.ts";
export * from "./names.ts";
export * from "./programs/client-summary.ts";
export * from "./programs/control.ts";
export * from "./programs/server-lines.ts";
export * from "./results/capacity.ts";
export * from "./results/comparison.ts";
export * from "./results/facts.ts";
export * from "./results/findings.ts";
export * from "./results/manifest.ts";
export * from "./results/reach.ts";
export * from "./results/results.ts";
export * from "./results/slices.ts";
