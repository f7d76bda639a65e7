import { parseBytes, parseDurationMs, parseInstantMs, parseRange, type Range, UsageError } from "./units.ts";

/** A row of an option table: the help, and the parser of the option's text. */
export interface Option<T> {
  readonly describe: string;
  /** Text of the default, as a person would type it; the help shows it, and `parse` reads it. */
  readonly default?: string;
  readonly isFlag?: boolean;
  /** It may be given several times: the values follow each other in one list. */
  readonly isRepeatable?: true;
  /** Options that may not be given together with this one, by their names in the table; one of the two rows is enough. */
  readonly excludes?: readonly string[];
  /** A number for all client processes together: the lab gives each process its part. */
  readonly isDividedAmongClients?: true;
  /** Path of a file that the program writes: no two options may name the same one. */
  readonly isFileToWrite?: true;
  /** Set by the lab for every process it starts, so a plan cannot set it. */
  readonly isPerRun?: true;
  parse(text: string): T;
}

export type OptionTable = Readonly<Record<string, Option<unknown>>>;

/** An option without a default is undefined when it is not given. */
export type OptionValues<T extends OptionTable> = {
  readonly [K in keyof T]: T[K] extends { default: string } | { isFlag: true }
    ? ReturnType<T[K]["parse"]>
    : ReturnType<T[K]["parse"]> | undefined;
};

interface Bounds {
  readonly min?: number;
  readonly max?: number;
  /** Names the value when it is out of bounds: "70000 is not a port". */
  readonly noun?: string;
}

function bounded(
  value: number,
  text: string,
  { min = 0, max = Number.MAX_SAFE_INTEGER, noun }: Bounds,
): number {
  if (value >= min && value <= max) return value;
  const isOpen = max === Number.MAX_SAFE_INTEGER && !(value > max);
  const bounds = isOpen ? `at least ${min}` : `${min} to ${max}`;
  throw new UsageError(`${text} is not ${noun ?? "possible"}: ${bounds}`);
}

type Help = Pick<Option<unknown>, "describe" | "default">;

/** Adds a parser to a description; keeps the type of the default, so that values without one are optional. */
function option<H extends Help, T>(help: H, parse: (text: string) => T): H & Option<T> {
  return { ...help, parse };
}

interface TextBounds {
  /** Returns the sentence that refuses a text, or null. */
  readonly refuse?: (given: string) => string | null;
}

export function text<H extends Help & TextBounds>(help: H) {
  return option(help, (given: string): string => {
    const refusal = given === "" ? "a value is missing" : (help.refuse?.(given) ?? null);
    if (refusal !== null) throw new UsageError(refusal);
    return given;
  });
}

export function integer<H extends Help & Bounds>(help: H) {
  return option(help, (given: string): number => {
    if (/^-?\d*\.\d+$/.test(given)) bounded(Number.NaN, `'${given}'`, { ...help, noun: "a whole number" });
    if (!/^-?\d+$/.test(given)) throw new UsageError(`'${given}' is not a whole number`);
    return bounded(Number(given), given, help);
  });
}

/** Makes an option of whole numbers separated by commas. */
export function integers<H extends Help & Bounds>(help: H) {
  const one = integer(help);
  return option(help, (given: string): number[] => given.split(",").map((text) => one.parse(text.trim())));
}

/** Makes an option of a whole number or a range of them. */
export function integerRange<H extends Help & Bounds>(help: H) {
  const one = integer(help);
  return option(help, (given: string): Range => parseRange(given, one.parse));
}

/** Makes an option of bytes. */
export function bytes<H extends Help & Bounds>(help: H) {
  return option(help, (given: string): number => bounded(parseBytes(given), given, help));
}

/** Makes an option of milliseconds. */
export function durationMs<H extends Help & Bounds>(help: H) {
  return option(help, (given: string): number => bounded(parseDurationMs(given), given, help));
}

/** Makes an option of a moment, in milliseconds since 1970. */
export function instantMs<H extends Help>(help: H) {
  return option(help, parseInstantMs);
}

/** Makes an option of bytes, one value or a range. */
export function bytesRange<H extends Help & Bounds>(help: H) {
  return option(
    help,
    (given: string): Range => parseRange(given, (end) => bounded(parseBytes(end), end, help)),
  );
}

/** Makes an option of milliseconds, one value or a range. */
export function durationRangeMs<H extends Help>(help: H) {
  return option(help, (given: string): Range => parseRange(given, parseDurationMs));
}

/** A part of a whole: a count or a percentage. */
export interface Share {
  readonly value: number;
  readonly unit: "count" | "percent";
}

/** Makes an option of a count or a percentage: "250", "10%". */
export function share<H extends Help>(help: H) {
  return option(help, (given: string): Share => {
    const match = /^(\d+)(%?)$/.exec(given);
    if (!match) throw new UsageError(`'${given}' is neither a number nor a percentage such as 10%`);
    const value = Number(match[1]);
    if (match[2] === "%" && value > 100) throw new UsageError(`${given} is more than all`);
    return { value, unit: match[2] === "%" ? "percent" : "count" };
  });
}

/** Makes an option of a percentage: "10%", "2.5%". The sign is required, because 0.1 could mean 0.1 % or 10 %. */
export function percentage<H extends Help & Bounds>(help: H) {
  return option(help, (given: string): number => {
    const match = /^(\d+(?:\.\d+)?)%$/.exec(given);
    if (!match) throw new UsageError(`'${given}' is not a percentage such as 10%`);
    return bounded(Number(match[1]), given, help);
  });
}

export function choice<const C extends readonly string[], H extends Help>(choices: C, help: H) {
  return option(help, (given: string): C[number] => {
    if (choices.includes(given)) return given;
    throw new UsageError(`'${given}' is not one of ${choices.join(", ")}`);
  });
}

/** Makes an option of choices separated by commas. */
export function choices<const C extends readonly string[], H extends Help>(known: C, help: H) {
  const one = choice(known, help);
  return option(help, (given: string): C[number][] => given.split(",").map((name) => one.parse(name.trim())));
}

/** Makes an option that may be given several times. */
export function repeatable<H extends Help, T>(help: H, parse: (text: string) => T) {
  return { ...option(help, (given: string): T[] => [parse(given)]), isRepeatable: true as const };
}

const ON = ["true", "1", "yes", "on"];
const OFF = ["false", "0", "no", "off"];

/** Reads the value of a flag. @throws UsageError for a text that is neither on nor off */
export function parseFlag(text: string): boolean {
  const word = text.toLowerCase();
  if (ON.includes(word)) return true;
  if (OFF.includes(word)) return false;
  throw new UsageError(`'${text}' is neither on nor off: 1, yes, on, true or 0, no, off, false`);
}

export function flag(describe: string): { describe: string; isFlag: true } & Option<boolean> {
  return { describe, isFlag: true, parse: parseFlag };
}
