import type { Option, OptionTable, OptionValues } from "./option.ts";
import { kebab } from "./option-names.ts";
import type { Texts } from "./plain-words.ts";
import { findExclusion, readAt } from "./settings.ts";
import { UsageError } from "./units.ts";

/** @throws UsageError when a text is not a value of its option, or two options exclude each other */
export function parseTexts<T extends OptionTable>(options: T, texts: Texts): OptionValues<T> {
  const values = Object.entries(options).map(([name, row]) => [name, parseText(name, row, texts[name])]);
  return checkExclusions(options, Object.fromEntries(values));
}

/**
 * Returns the values of a command line when no two of them exclude each other.
 *
 * @param values by the names of the table
 * @throws UsageError when two options exclude each other; such options have no default
 */
export function checkExclusions<T extends OptionTable>(
  options: T,
  values: Record<string, unknown>,
): OptionValues<T> {
  const given = Object.keys(values).filter((name) => values[name] !== undefined && values[name] !== false);
  const words = findExclusion(given, options)?.map((name) => `--${kebab(name)}`);
  if (words) throw new UsageError(`${words.join(" and ")} exclude each other: give one of them`);
  return values as OptionValues<T>;
}

/** @throws UsageError that begins with the option */
export function parseText(name: string, row: Option<unknown>, text = row.default): unknown {
  if (text === undefined) return row.isFlag ? false : undefined;
  return readAt(`--${kebab(name)}`, () => row.parse(text));
}
