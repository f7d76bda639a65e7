import yargs, { type Argv } from "yargs";
import type { Option, OptionTable, OptionValues } from "../option.ts";
import { environmentVariable, kebab } from "../option-names.ts";
import { checkTogether } from "../option-values.ts";
import { readAt } from "../settings.ts";
import { UsageError } from "../units.ts";

/** Returns a yargs parser that is strict, speaks English, and throws a UsageError for every mistake. */
export function createParser(name: string, argv: string[]): Argv {
  return yargs(argv)
    .scriptName(name)
    .locale("en")
    .strict()
    .parserConfiguration({ "camel-case-expansion": true, "parse-numbers": false, "boolean-negation": false })
    .version("0.1.0")
    .wrap(Math.min(110, process.stdout.columns ?? 100))
    .fail((message, error) => {
      throw error instanceof UsageError ? error : new UsageError(sentence(message ?? error?.message, argv));
    });
}

/** Places where the value of an option may stand. */
interface Sources {
  readonly argv: readonly string[];
  readonly envPrefix?: string;
}

/** Converts an option table to what yargs takes. */
export function yargsOptions(options: OptionTable, sources: Sources) {
  return Object.fromEntries(
    Object.entries(options).map(([name, row]) => [kebab(name), toYargs(name, row, sources)]),
  );
}

/**
 * Returns what yargs read, by the names of the table.
 *
 * @throws UsageError when two options exclude each other
 */
export function optionValues<T extends OptionTable>(
  options: T,
  read: Record<string, unknown>,
  sources: Sources,
): OptionValues<T> {
  const values = Object.fromEntries(Object.keys(options).map((name) => [name, read[kebab(name)]]));
  return checkTogether(options, values, (name) => placeOf(name, sources));
}

function toYargs(name: string, row: Option<unknown>, sources: Sources) {
  return {
    describe: row.describe,
    ...(row.isFlag
      ? { type: "boolean" as const, default: false }
      : { type: "string" as const, requiresArg: true }),
    ...(row.default === undefined ? {} : { default: row.default }),
    coerce: (given: unknown) => coerce(placeOf(name, sources), row, given),
  };
}

function coerce(place: string, row: Option<unknown>, given: unknown): unknown {
  if (given === undefined) return undefined;
  if (row.isRepeatable) {
    return [given].flat().flatMap((one) => readAt(place, () => row.parse(String(one))));
  }
  if (Array.isArray(given)) throw new UsageError(`${place} is given more than once`);
  return readAt(place, () => row.parse(String(given)));
}

/** Returns the name under which the user gave an option: the variable when it is not on the command line. */
function placeOf(name: string, { argv, envPrefix }: Sources): string {
  const word = `--${kebab(name)}`;
  const isTyped = argv.some((typed) => typed === word || typed.startsWith(`${word}=`));
  if (envPrefix === undefined || isTyped) return word;
  const variable = environmentVariable(envPrefix, name);
  return process.env[variable] === undefined ? word : variable;
}

/** Rewrites a message of yargs as one sentence. */
function sentence(message = "the command line cannot be read", argv: string[]): string {
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
  return `${text.replace(/^[A-Z](?![A-Z])/, (letter) => letter.toLowerCase())} (see --help)`;
}

/** Names each unknown word once: yargs lists an option as typed and again in camel case. */
function describeUnknown(names: string[], argv: string[]): string {
  const typed = names.filter((name) => !names.some((other) => other !== name && kebab(name) === other));
  const isOption = (name: string) => argv.some((word) => new RegExp(`^--?${name}(=|$)`).test(word));
  return typed
    .map((name) => (isOption(name) ? `unknown option --${name}` : `unknown argument '${name}'`))
    .join(", ");
}
