/** Options that name a place or a time of one repetition, not a load. */
const PLACES: readonly string[] = [
  "host",
  "port",
  "metricsPort",
  "stats",
  "summary",
  "startAtMs",
  "control",
  "gate",
  "waitForServerMs",
  "exitWithParent",
];

/** Returns whether an option has another value in each repetition, and is no part of the load. */
export function hasPlace(option: string): boolean {
  return PLACES.includes(option);
}
