import { type ParseArgsConfig, parseArgs } from "node:util";
import type { OptionTable } from "../option.ts";
import { environmentVariable, kebab } from "../option-names.ts";
import type { Given } from "../settings.ts";

type GivenByName = Readonly<Record<string, Given>>;

/**
 * Reads a command line and an environment that need no more than a look into the option table: known options, each
 * once, with a value that cannot be mistaken for another option. Loading yargs takes longer than a server needs to
 * start, so yargs reads only the rest: help, version, mistakes.
 *
 * @returns null when a part of it is not that plain
 */
export function readPlainWords(
  { options, envPrefix }: { readonly options: OptionTable; readonly envPrefix: string },
  argv: readonly string[],
): GivenByName | null {
  const typed = readArguments(argv, options);
  const inherited = typed && readEnvironment(envPrefix, options);
  return inherited && { ...inherited, ...typed };
}

function readArguments(argv: readonly string[], options: OptionTable): GivenByName | null {
  const rows = Object.entries(options).map(([name, { isFlag }]) => [
    kebab(name),
    { type: isFlag ? ("boolean" as const) : ("string" as const), multiple: true },
  ]);
  const given = parseStrictly(argv, Object.fromEntries(rows));
  if (given === null || Object.values(given).some((texts) => texts?.length !== 1 || texts[0] === ""))
    return null;
  const names = Object.keys(options).filter((name) => kebab(name) in given);
  return Object.fromEntries(
    names.map((name) => {
      const place = `--${kebab(name)}`;
      return [name, { text: String(given[kebab(name)]?.[0]), place }];
    }),
  );
}

function parseStrictly(argv: readonly string[], options: NonNullable<ParseArgsConfig["options"]>) {
  try {
    return parseArgs({ args: [...argv], options }).values as Record<string, (string | boolean)[] | undefined>;
  } catch {
    return null;
  }
}

function readEnvironment(prefix: string, options: OptionTable): GivenByName | null {
  const names = new Map(Object.keys(options).map((name) => [environmentVariable(prefix, name), name]));
  const given: Record<string, Given> = {};
  for (const [variable, text] of Object.entries(process.env)) {
    if (!variable.startsWith(`${prefix}_`) || text === undefined || text === "") continue;
    const name = names.get(variable);
    if (name === undefined) return null;
    given[name] = { text, place: variable };
  }
  return given;
}
