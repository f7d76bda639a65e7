import { setTimeout as pause } from "node:timers/promises";

const POLL_MS = 50;
const BOUND_MS = 60_000;

/** Polls until a condition holds. @param what must come true, for the sentence when it does not */
export async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + BOUND_MS;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`waited ${BOUND_MS} ms in vain until ${what}`);
    await pause(POLL_MS);
  }
}
