import { setTimeout as sleep } from "node:timers/promises";

/** Program that takes 30 % of a core at random for some milliseconds: bursts of 10 to 200 ms, and pauses in proportion. */
const SHARE = 0.3;
const BURST_MS = { from: 10, to: 200 };

const endMs = performance.now() + Number(process.argv[2]);
while (performance.now() < endMs) {
  const burstMs = BURST_MS.from + Math.random() * (BURST_MS.to - BURST_MS.from);
  const untilMs = performance.now() + burstMs;
  while (performance.now() < untilMs);
  await sleep((2 * Math.random() * burstMs * (1 - SHARE)) / SHARE);
}
