import { lstatSync, readlinkSync, realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { Option, OptionTable, OptionValues } from "./option.ts";
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
  return checkTogether(options, Object.fromEntries(values), (name) => given[name]?.place ?? name);
}

/**
 * Returns the values of a command line when all of them may be given together.
 *
 * @param values by the names of the table
 * @param placeOf returns where an option was given: `--repeat` or `LOAD_REPEAT`
 * @throws UsageError when two options exclude each other (such options have no default), or the files to write do
 */
export function checkTogether<T extends OptionTable>(
  options: T,
  values: Record<string, unknown>,
  placeOf: (name: string) => string,
): OptionValues<T> {
  const given = Object.keys(values).filter((name) => values[name] !== undefined && values[name] !== false);
  const words = findExclusion(given, options)?.map(placeOf);
  if (words) throw new UsageError(`${words.join(" and ")} exclude each other: give one of them`);
  refuseSharedFile(options, values, placeOf);
  return values as OptionValues<T>;
}

/** Devices, such as /dev/null, take the output of several options. */
function refuseSharedFile(
  options: OptionTable,
  values: Readonly<Record<string, unknown>>,
  placeOf: (name: string) => string,
): void {
  const owners = new Map<string, string>();
  for (const [name, row] of Object.entries(options)) {
    const value = values[name];
    if (!row.isFileToWrite || typeof value !== "string" || value.startsWith("/dev/")) continue;
    const path = followLinks(resolve(value));
    for (const [other, owner] of owners) {
      const names = `${placeOf(owner)} and ${placeOf(name)}`;
      if (other === path) throw new UsageError(`${names} name the same file: ${value}`);
      const [file = "", below = ""] = [other, path].toSorted((a, b) => a.length - b.length);
      if (below.startsWith(`${file}/`))
        throw new UsageError(`${names}: ${file} cannot be both a file and a folder`);
    }
    owners.set(path, name);
  }
}

/** Returns the path without symbolic links, also that of a file that does not exist yet. */
function followLinks(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    const parent = dirname(path);
    if ((error as NodeJS.ErrnoException).code !== "ENOENT" || parent === path) return path;
    const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink();
    return isLink
      ? followLinks(resolve(parent, readlinkSync(path)))
      : join(followLinks(parent), basename(path));
  }
}

function parseOne(row: Option<unknown>, given: Given | undefined): unknown {
  if (given !== undefined) return readAt(given.place, () => row.parse(given.text));
  if (row.default !== undefined) return row.parse(row.default);
  return row.isFlag ? false : undefined;
}
