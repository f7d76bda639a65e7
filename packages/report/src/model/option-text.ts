/** The value of an option as words: lists with commas, what has a structure as JSON. */
export function optionText(value: unknown): string {
  if (Array.isArray(value) && value.every((one) => typeof one !== "object")) return value.join(", ");
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}
