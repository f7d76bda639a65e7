import { integer, plural } from "./numbers.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Returns a time between two events, to the unit that matters: "5 min", "3 h", "12 days". */
export function describeSpan(ms: number): string {
  if (ms < 2 * HOUR_MS) return `${integer(ms / MINUTE_MS)} min`;
  if (ms < 3 * DAY_MS) return `${integer(ms / HOUR_MS)} h`;
  return plural(Math.round(ms / DAY_MS), "day");
}
