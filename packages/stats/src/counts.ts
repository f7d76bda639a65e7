/** Returns the sums of records of counts, name by name. @param records one or more; some may lack a name */
export function addCounts<T extends Readonly<Record<string, number>>>(records: readonly T[]): T {
  const sums: Record<string, number> = {};
  for (const record of records) {
    for (const [name, count] of Object.entries(record)) sums[name] = (sums[name] ?? 0) + count;
  }
  return sums as T;
}
