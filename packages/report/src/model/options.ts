/** Options that name a place or a time of one repetition, not a load. */
const PLACES: readonly string[] = [
  "host",
  "port",
  "metricsPort",
  "stats",
  "summary",
  "startAtMs",
  "control",
  "waitForServerMs",
  "exitWithParent",
  "control",
];

export function hasPlace(option: string): boolean {
  return PLACES.includes(option);
}
