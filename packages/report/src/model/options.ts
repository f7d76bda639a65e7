/** Options that name a place or a time of one repetition, not a load. */
const PLACES: readonly string[] = [
  "host",
  "port",
  "metricsPort",
  "stats",
  "summary",
  "startAtMs",
  "waitForServerMs",
  "exitWithParent",
];

export function hasPlace(option: string): boolean {
  return PLACES.includes(option);
}

/** Returns the value of an option: lists with commas, structures as JSON. */
export function optionText(value: unknown): string {
  if (Array.isArray(value) && value.every((one) => typeof one !== "object")) return value.join(", ");
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}
