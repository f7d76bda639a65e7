/** A mistake in what a person typed. The message is one sentence. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

const DURATIONS_MS: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

const BYTES: Readonly<Record<string, number>> = {
  "": 1,
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  K: 2 ** 10,
  M: 2 ** 20,
  G: 2 ** 30,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
};

/** Returns the factor of a unit. The names of every object's methods, such as valueOf, are no units. */
function factorOf(units: Readonly<Record<string, number>>, unit: string): number | undefined {
  return Object.hasOwn(units, unit) ? units[unit] : undefined;
}

/** Two inclusive bounds; equal for a fixed value. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** Reads "250ms", "1.5s", "2m" as milliseconds. Zero needs no unit. */
export function parseDurationMs(text: string): number {
  const match = /^(\d+(?:\.\d+)?)([a-z]*)$/.exec(text);
  const factor = match ? factorOf(DURATIONS_MS, match[2] as string) : undefined;
  if (match && factor !== undefined) return Number(match[1]) * factor;
  if (match && Number(match[1]) === 0) return 0;
  throw new UsageError(`'${text}' is not a duration such as 250ms, 5s or 2m`);
}

const EPOCH_MS = /^\d{12,14}$/;
const ISO_8601 = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

/** Reads "2026-11-22T10:00:00.250Z" or "1795341600250" as milliseconds since 1970. */
export function parseInstantMs(text: string): number {
  if (EPOCH_MS.test(text)) return Number(text);
  const ms = ISO_8601.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isFinite(ms)) return ms;
  throw new UsageError(`'${text}' is not a moment such as 2026-11-22T10:00:00Z or 1795341600000`);
}

/** Reads "4096", "64KiB", "1MB" as bytes. */
export function parseBytes(text: string): number {
  const match = /^(\d+(?:\.\d+)?)([A-Za-z]*)$/.exec(text);
  const factor = match ? factorOf(BYTES, match[2] as string) : undefined;
  if (match && factor !== undefined) return Math.round(Number(match[1]) * factor);
  throw new UsageError(`'${text}' is not a size such as 512, 64KiB or 1MB`);
}

/** Reads "7" or "3..7"; `parse` reads each end. */
export function parseRange(text: string, parse: (text: string) => number): Range {
  const [first = "", second, ...rest] = text.split("..");
  if (rest.length > 0) throw new UsageError(`'${text}' is not a range A..B`);
  const from = parse(first);
  const to = second === undefined ? from : parse(second);
  if (from > to) throw new UsageError(`the range ${text} is reversed: write ${second}..${first}`);
  return { from, to };
}
