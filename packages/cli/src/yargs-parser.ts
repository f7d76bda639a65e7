import yargs, { type Argv } from "yargs";
import type { Option, OptionTable, OptionValues } from "./option.ts";
import { UsageError } from "./units.ts";

/** A yargs parser with the manners every program here has: strict, and a mistake is a UsageError. */
export function createParser(name: string, argv: string[]): Argv {
  return yargs(argv)
    .scriptName(name)
    .strict()
    .parserConfiguration({ "camel-case-expansion": true, "parse-numbers": false, "boolean-negation": false })
    .version("0.1.0")
    .wrap(Math.min(110, process.stdout.columns ?? 100))
    .fail((message, error) => {
      throw error instanceof UsageError ? error : new UsageError(sentence(message ?? error?.message, argv));
    });
}

/** An option table in yargs' terms. */
export function yargsOptions(options: OptionTable) {
  return Object.fromEntries(Object.entries(options).map(([name, row]) => [kebab(name), toYargs(name, row)]));
}

/** What yargs read, by the names of the table. */
export function optionValues<T extends OptionTable>(
  options: T,
  values: Record<string, unknown>,
): OptionValues<T> {
  return Object.fromEntries(
    Object.keys(options).map((name) => [name, values[kebab(name)]]),
  ) as OptionValues<T>;
}

/** idleTimeoutMs → idle-timeout: on a command line the value carries its unit, in code the name does. */
function kebab(name: string): string {
  return name.replace(/(Ms|Bytes|Percent)$/, "").replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function toYargs(name: string, row: Option<unknown>) {
  return {
    describe: row.describe,
    ...(row.isFlag
      ? { type: "boolean" as const, default: false }
      : { type: "string" as const, requiresArg: true }),
    ...(row.default === undefined ? {} : { default: row.default }),
    coerce: (given: unknown) => coerce(name, row, given),
  };
}

function coerce(name: string, row: Option<unknown>, given: unknown): unknown {
  if (given === undefined) return undefined;
  if (Array.isArray(given)) throw new UsageError(`--${kebab(name)} is given more than once`);
  try {
    return row.parse(String(given));
  } catch (error) {
    if (error instanceof UsageError) throw new UsageError(`--${kebab(name)}: ${error.message}`);
    throw error;
  }
}

function sentence(message = "this command line makes no sense", argv: string[]): string {
  const unknown = /^Unknown arguments?: (.*)$/.exec(message.trim())?.[1]?.split(", ");
  const text = unknown
    ? describeUnknown(unknown, argv)
    : message
        .trim()
        .replace(/\s*\n\s*/g, " ")
        .replace(
          /^Not enough non-option arguments: got (\d+), need at least (\d+)$/,
          "$2 arguments are needed, $1 given",
        );
  return `${text.replace(/^[A-Z]/, (letter) => letter.toLowerCase())} (see --help)`;
}

/** yargs names an unknown option twice, as it was typed and in camel case. */
function describeUnknown(names: string[], argv: string[]): string {
  const typed = names.filter((name) => !names.some((other) => other !== name && kebab(name) === other));
  const isOption = (name: string) => argv.some((word) => new RegExp(`^--?${name}(=|$)`).test(word));
  return typed
    .map((name) => (isOption(name) ? `unknown option --${name}` : `unknown argument '${name}'`))
    .join(", ");
}
