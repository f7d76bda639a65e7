import type { Option, OptionTable, OptionValues } from "./option.ts";
import { kebab } from "./option-names.ts";
import { findExclusion, type Given, readAt } from "./settings.ts";
import { UsageError } from "./units.ts";

/**
 * Parses what was given; an option that was not has its default.
 *
 * @param given by the names of the table
 * @throws UsageError when a text is not a value of its option, or two options exclude each other
 */
export function parseGiven<T extends OptionTable>(
  options: T,
  given: Readonly<Record<string, Given>>,
): OptionValues<T> {
  const values = Object.entries(options).map(([name, row]) => [name, parseOne(row, given[name])]);
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

function parseOne(row: Option<unknown>, given: Given | undefined): unknown {
  if (given !== undefined) return readAt(given.place, () => row.parse(given.text));
  if (row.default !== undefined) return row.parse(row.default);
  return row.isFlag ? false : undefined;
}
