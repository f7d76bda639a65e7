import yargs from "yargs";
import type { Option, OptionTable, OptionValues } from "./option.ts";
import { UsageError } from "./units.ts";

/** What a program is called and what its help says beside its options. */
export interface Program<T extends OptionTable> {
  readonly name: string;
  /** One sentence. */
  readonly describe: string;
  readonly options: T;
  /** Each option is also read from PREFIX_ITS_NAME. */
  readonly envPrefix: string;
  /** [command, what it does] */
  readonly examples: readonly (readonly [string, string])[];
  /** Last words of the help: exit codes, files. */
  readonly epilogue?: string;
}

/**
 * Reads a command line. `--help` and `--version` print and exit 0; a mistake is one sentence on stderr and exit code 2.
 *
 * @param argv without the interpreter and the script
 */
export function parseCommandLine<T extends OptionTable>(
  program: Program<T>,
  argv: string[],
): OptionValues<T> {
  try {
    return parseOptions(program, argv);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${program.name}: ${error.message}\n`);
    process.exit(2);
  }
}

/** @throws UsageError with one sentence */
export function parseOptions<T extends OptionTable>(program: Program<T>, argv: string[]): OptionValues<T> {
  const parser = yargs(argv)
    .scriptName(program.name)
    .usage(`$0 [options]\n\n${program.describe}`)
    .env(program.envPrefix)
    .options(
      Object.fromEntries(
        Object.entries(program.options).map(([name, row]) => [kebab(name), toYargs(name, row)]),
      ),
    )
    .example(program.examples.map(([command, what]): [string, string] => [command, what]))
    .epilogue(program.epilogue ?? "")
    .strict()
    .demandCommand(0, 0, "", "unexpected argument")
    .parserConfiguration({ "camel-case-expansion": true, "parse-numbers": false, "boolean-negation": false })
    .version("0.1.0")
    .wrap(Math.min(110, process.stdout.columns ?? 100))
    .fail((message, error) => {
      throw error instanceof UsageError ? error : new UsageError(sentence(message ?? error?.message));
    });
  const values = parser.parseSync() as Record<string, unknown>;
  return Object.fromEntries(
    Object.keys(program.options).map((name) => [name, values[kebab(name)]]),
  ) as OptionValues<T>;
}

/** idleTimeoutMs → idle-timeout: on a command line the value carries its unit, in code the name does. */
export function kebab(name: string): string {
  return name.replace(/(Ms|Bytes)$/, "").replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
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

function sentence(message = "this command line makes no sense"): string {
  return `${message
    .trim()
    .replace(/\s*\n\s*/g, " ")
    .replace(/^[A-Z]/, (letter) => letter.toLowerCase())} (see --help)`;
}
