/** Returns the sums of records of counts, name by name. @param records one or more; some may lack a name */
export function addCounts<T extends { readonly [K in keyof T]: number }>(records: readonly T[]): T {
  const sums: Record<string, number> = {};
  for (const record of records) {
    for (const [name, count] of Object.entries<number>(record)) sums[name] = (sums[name] ?? 0) + count;
  }
  return sums as T;
}

/** Returns the differences of two records of counts, name by name. @param before counts as 0 where it lacks a name */
export function subtractCounts<T extends { readonly [K in keyof T]: number }>(now: T, before: Partial<T>): T {
  const names = Object.keys(now) as (keyof T)[];
  return Object.fromEntries(names.map((name) => [name, now[name] - (before[name] ?? 0)])) as T;
}

/** Returns the larger of two counts, name by name. */
export function maxCounts<T extends { readonly [K in keyof T]: number }>(a: T, b: T): T {
  const names = Object.keys(a) as (keyof T)[];
  return Object.fromEntries(names.map((name) => [name, Math.max(a[name], b[name])])) as T;
}
