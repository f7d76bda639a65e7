import type { OptionTable, OptionValues } from "./option.ts";
import { parseTexts } from "./option-values.ts";
import { readPlainWords } from "./plain-words.ts";
import { UsageError } from "./units.ts";

/** A program's name, its options, and the rest of its help. */
export interface Program<T extends OptionTable> {
  readonly name: string;
  /** One sentence. */
  readonly describe: string;
  readonly options: T;
  /** Each option is also read from PREFIX_ITS_NAME. */
  readonly envPrefix: string;
  /** [command, meaning] */
  readonly examples: readonly (readonly [string, string])[];
  /** The end of the help: exit codes, files. */
  readonly epilogue?: string;
}

/**
 * Reads a command line. `--help` and `--version` print and exit 0; a mistake is one sentence on stderr and exit code 2.
 *
 * @param argv without the interpreter and the script
 */
export async function parseCommandLine<T extends OptionTable>(
  program: Program<T>,
  argv: string[],
): Promise<OptionValues<T>> {
  try {
    return await parseOptions(program, argv);
  } catch (error) {
    return exitWithUsage(program.name, error);
  }
}

/** @throws UsageError with one sentence */
export async function parseOptions<T extends OptionTable>(
  program: Program<T>,
  argv: string[],
): Promise<OptionValues<T>> {
  return parsePlainOptions(program, argv) ?? (await parseWithYargs(program, argv));
}

/**
 * Parses a command line of plain words.
 *
 * @returns null when `readPlainWords` cannot read it
 * @throws UsageError with one sentence when a value is wrong
 */
export function parsePlainOptions<T extends OptionTable>(
  program: Pick<Program<T>, "options" | "envPrefix">,
  argv: readonly string[],
): OptionValues<T> | null {
  const texts = readPlainWords(program, argv);
  return texts && parseTexts(program.options, texts);
}

async function parseWithYargs<T extends OptionTable>(
  program: Program<T>,
  argv: string[],
): Promise<OptionValues<T>> {
  const { createParser, optionValues, yargsOptions } = await import("./yargs-parser.ts");
  dropEmptyVariables(`${program.envPrefix}_`);
  const values = createParser(program.name, argv)
    .usage(`$0 [options]\n\n${program.describe}`)
    .env(program.envPrefix)
    .options(yargsOptions(program.options))
    .example(program.examples.map(([command, meaning]): [string, string] => [command, meaning]))
    .epilogue(program.epilogue ?? "")
    .demandCommand(0, 0, "", "unexpected argument")
    .parseSync();
  return optionValues(program.options, values);
}

/** Removes empty variables: a compose file cannot leave a variable out, so empty means not set. */
function dropEmptyVariables(prefix: string): void {
  for (const [name, value] of Object.entries(process.env)) {
    if (name.startsWith(prefix) && value === "") delete process.env[name];
  }
}

/** Prints a UsageError and exits with 2; throws every other error again. */
export function exitWithUsage(name: string, error: unknown): never {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${name}: ${error.message}\n`);
  process.exit(2);
}
