/** Facts to English: numbers, units, sentences. */

export * from "./answers.ts";
export * from "./axis.ts";
export * from "./claims.ts";
export * from "./comparison.ts";
export * from "./doubts.ts";
export * from "./holdings.ts";
export * from "./incidents.ts";
export * from "./numbers.ts";
export * from "./quantities.ts";
export * from "./queues.ts";
export * from "./ranges.ts";
export * from "./sampled-calls.ts";
export * from "./search.ts";
export * from "./shell.ts";
export * from "./signals.ts";
export * from "./table.ts";
export * from "./troubles.ts";
