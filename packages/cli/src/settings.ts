import type { Option, OptionTable } from "./option.ts";
import { kebab } from "./option-names.ts";
import { UsageError } from "./units.ts";

/** Text given for an option, and the place where it was written: `mine.yaml:12:7: load.duration`. */
export interface Given {
  readonly text: string;
  readonly place: string;
}

/** An option that was given: its value, the text it was read from, and the place of that text. */
export interface Setting<T> extends Given {
  readonly value: T;
}

/** Options that were given, by their names in the table. */
export type Settings<T extends OptionTable> = {
  readonly [K in keyof T]?: Setting<ReturnType<T[K]["parse"]>>;
};

/**
 * Checks options that did not come from a command line, such as a plan's, against a program's table.
 *
 * @param given by their names on a command line; the text of a flag is `true` or `false`
 * @throws UsageError that begins with the place of the mistake
 */
export function checkOptions<T extends OptionTable>(
  given: Readonly<Record<string, Given>>,
  { name: program, options }: { readonly name: string; readonly options: T },
): Settings<T> {
  const names = new Map(Object.keys(options).map((name) => [kebab(name), name]));
  const settings = Object.entries(given).map(([word, { text, place }]): [string, Setting<unknown>] => {
    const name = names.get(word);
    if (name === undefined) throw new UsageError(`${place}: ${program} has no option '${word}'`);
    return [name, { value: readValue(options[name] as Option<unknown>, text, place), text, place }];
  });
  const checked = Object.fromEntries(settings) as Settings<T>;
  assertNoneExcluded(checked, options);
  return checked;
}

/** Finds two options that may not be given together, by their names in the table. */
export function findExclusion(given: readonly string[], options: OptionTable): [string, string] | null {
  for (const [index, first] of given.entries()) {
    const second = given.slice(index + 1).find((other) => excludes(options, first, other));
    if (second !== undefined) return [first, second];
  }
  return null;
}

/** Returns whether two options may not be given together; either row may say it. */
export function excludes(options: OptionTable, first: string, second: string): boolean {
  const says = (row: string, other: string) => options[row]?.excludes?.includes(other) ?? false;
  return says(first, second) || says(second, first);
}

/** @throws UsageError at the place of the second of two options that exclude each other */
export function assertNoneExcluded(settings: Settings<OptionTable>, options: OptionTable): void {
  const given = Object.keys(settings).filter((name) => settings[name]?.value !== false);
  const [first, second] = findExclusion(given, options) ?? [];
  if (first === undefined || second === undefined) return;
  throw new UsageError(
    `${settings[second]?.place}: ${kebab(first)} and ${kebab(second)} exclude each other: give one of them`,
  );
}

/** Returns the words of a command line: `--trigger level --reuse-port`. */
export function commandWords(settings: Settings<OptionTable>, options: OptionTable): string[] {
  return Object.entries(settings).flatMap(([name, setting]) => {
    const text = setting?.text ?? "";
    // A text such as --help is no option of its own.
    if (text.startsWith("-")) return [`--${kebab(name)}=${text}`];
    if (!options[name]?.isFlag) return [`--${kebab(name)}`, text];
    return setting?.value === true ? [`--${kebab(name)}`] : [];
  });
}

function readValue(row: Option<unknown>, text: string, place: string): unknown {
  if (row.isFlag && text !== "true" && text !== "false") {
    throw new UsageError(`${place}: '${text}' is neither true nor false`);
  }
  return readAt(place, () => row.parse(text));
}

/** Puts the place in front of the message of a UsageError. */
export function readAt<T>(place: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof UsageError ? new UsageError(`${place}: ${error.message}`) : error;
  }
}
