/** Simulated experiments with a known truth. */

export { SCENARIOS } from "./scenario.ts";
export { type Design, type Proof, proveScenario } from "./study.ts";
