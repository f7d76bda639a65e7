/**
 * Returns the time of day as this process has counted it since its start, in ISO 8601. A wall clock that somebody sets
 * changes neither the order of cells nor the time between them.
 */
export function labTime(): string {
  return new Date(performance.timeOrigin + performance.now()).toISOString();
}
