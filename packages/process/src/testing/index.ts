/** Programs under test, and waiting for states instead of guessed times. */

export { pause } from "../timers.ts";
export { SIZE_PAIRS, SIZED_BOUND_MS, SIZED_STOP_BOUND_MS, SIZES } from "./fault-sizes.ts";
export { LabProcess } from "./lab-process.ts";
export { SmallDisk } from "./small-disk.ts";
export { mainOf, type Outcome, runApp, TestProgram } from "./test-program.ts";
export { until, untilStable } from "./until.ts";
