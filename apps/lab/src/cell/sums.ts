/** What is no count is the first one's. */
const NOT_COUNTS = ["port", "pid", "metricsPort", "options"];

/** Two reports of the same shape as one: counts are added at every depth, everything else is the first one's. */
export function added<T extends object>(first: T, second: T): T {
  const names = new Set([...Object.keys(first), ...Object.keys(second)]) as Set<keyof T & string>;
  return Object.fromEntries(
    [...names].map((name) => [
      name,
      NOT_COUNTS.includes(name) ? first[name] : sum(first[name], second[name]),
    ]),
  ) as T;
}

function sum(a: unknown, b: unknown): unknown {
  if (typeof a === "number" && typeof b === "number") return a + b;
  if (isTree(a) && isTree(b)) return added(a, b);
  return a ?? b;
}

function isTree(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
