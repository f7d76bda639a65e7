import { spellFlags, spellFlagVariables } from "./flags.ts";
import type { OptionTable, OptionValues } from "./option.ts";
import { environmentVariable } from "./option-names.ts";
import { parseGiven } from "./option-values.ts";
import { readPlainWords } from "./parsers/plain-words.ts";
import { prepareSurroundings } from "./surroundings.ts";
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
    prepareSurroundings(program.name);
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
  dropForeignVariables(program);
  spellFlagVariables(program.options, program.envPrefix);
  const words = spellFlags(argv, program.options);
  return parsePlainOptions(program, words) ?? (await parseWithYargs(program, words));
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
  const given = readPlainWords(program, argv);
  return given && parseGiven(program.options, given);
}

async function parseWithYargs<T extends OptionTable>(
  program: Program<T>,
  argv: string[],
): Promise<OptionValues<T>> {
  const { createParser, optionValues, yargsOptions } = await import("./parsers/yargs-parser.ts");
  const values = createParser(program.name, argv)
    .usage(`$0 [options]\n\n${program.describe}`)
    .env(program.envPrefix)
    .options(yargsOptions(program.options, { argv, envPrefix: program.envPrefix }))
    .example(program.examples.map(([command, meaning]): [string, string] => [command, meaning]))
    .epilogue(program.epilogue ?? "")
    .demandCommand(0, 0, "", "unexpected argument")
    .parseSync();
  return optionValues(program.options, values, { argv, envPrefix: program.envPrefix });
}

/**
 * Removes variables that are no options of the program, such as ECHO_SERVICE_HOST, which Kubernetes sets for a service
 * called echo; and empty ones: a compose file cannot leave a variable out, so empty means not set.
 */
function dropForeignVariables({
  envPrefix,
  options,
}: Pick<Program<OptionTable>, "envPrefix" | "options">): void {
  const own = new Set(Object.keys(options).map((name) => environmentVariable(envPrefix, name)));
  for (const [name, value] of Object.entries(process.env)) {
    if (name.startsWith(`${envPrefix}_`) && (value === "" || !own.has(name))) delete process.env[name];
  }
}

/** Prints a UsageError on one line, without control characters of what was typed, and exits with 2; throws other errors again. */
export function exitWithUsage(name: string, error: unknown): never {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${name}: ${error.message.replaceAll(/\p{Cc}/gu, escapeControl)}\n`);
  process.exit(2);
}

function escapeControl(sign: string): string {
  return `\\x${sign.charCodeAt(0).toString(16).padStart(2, "0")}`;
}
