/** Waiting in tests: for what they need, never for a guessed time. */

export { pause, until, untilStable } from "./until.ts";
