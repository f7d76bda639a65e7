import { exitWithUsage } from "./command-line.ts";
import { spellFlags } from "./flags.ts";
import type { OptionTable, OptionValues } from "./option.ts";
import { prepareSurroundings } from "./surroundings.ts";

/** A word after the command: its meaning, and its default if it may be left out. */
interface Argument {
  readonly name: string;
  readonly describe: string;
  readonly default?: string;
}

/** One command of a program that has several: `lab run`, `lab compare`. */
export interface Command<T extends OptionTable> {
  /** With its arguments in yargs' notation: "run [plan]", "compare <before> <after>". */
  readonly usage: string;
  readonly describe: string;
  /** The arguments in the order of the usage. */
  readonly arguments: readonly Argument[];
  readonly options: T;
  readonly examples: readonly (readonly [string, string])[];
  /**
   * @param given the arguments in the order of the usage; an argument that ends in dots, "report [folders..]", takes all
   * @returns the exit code
   * @throws UsageError like the parser does
   */
  run(options: OptionValues<T>, ...given: string[]): Promise<number>;
}

/** Returns a command for a list of commands; its own code keeps the types of its options. */
export function command<T extends OptionTable>(definition: Command<T>): Command<OptionTable> {
  return definition as unknown as Command<OptionTable>;
}

export interface CommandProgram {
  readonly name: string;
  readonly describe: string;
  readonly commands: readonly Command<OptionTable>[];
  readonly epilogue?: string;
}

/**
 * Runs the command that a command line names. A mistake is one sentence on stderr and exit code 2.
 *
 * @returns its exit code
 */
export async function runCommands(program: CommandProgram, argv: string[]): Promise<number> {
  try {
    prepareSurroundings(program.name);
    return await executeCommand(program, argv);
  } catch (error) {
    return exitWithUsage(program.name, error);
  }
}

/**
 * Runs the command that a command line names.
 *
 * @returns its exit code
 * @throws UsageError with one sentence
 */
export async function executeCommand(program: CommandProgram, commandLine: string[]): Promise<number> {
  const { createParser, optionValues, yargsOptions } = await import("./parsers/yargs-parser.ts");
  let exitCode = 0;
  const options = Object.assign({}, ...program.commands.map((command) => command.options)) as OptionTable;
  const argv = joinWordsAfterDashes(commandLine);
  const typed = spellFlags(argv, options);
  const parser = createParser(program.name, typed)
    .usage(`$0 <command> [options]\n\n${program.describe}`)
    .epilogue(program.epilogue ?? "")
    .demandCommand(
      1,
      `name a command: ${program.commands.map(({ usage }) => usage.split(" ")[0]).join(", ")}`,
    );
  for (const { usage, describe, arguments: words, options, examples, run } of program.commands) {
    parser.command(
      usage,
      describe,
      (command) => {
        for (const word of words) command.positional(word.name, { type: "string", ...word });
        return command
          .options(yargsOptions(options, { argv: typed }))
          .example(examples.map(([line, what]): [string, string] => [line, what]));
      },
      async (values) => {
        const given = words.flatMap(({ name }) => [values[name] ?? ""].flat().map(String));
        exitCode = await run(optionValues(options, values, { argv: typed }), ...given);
      },
    );
  }
  await parser.parseAsync();
  return exitCode;
}

/**
 * Returns a command line without `--`: yargs leaves the words after it unread. They are arguments, which name files and
 * plans: `-name` becomes `./-name`.
 */
function joinWordsAfterDashes(argv: readonly string[]): string[] {
  const at = argv.indexOf("--");
  if (at < 0) return [...argv];
  const words = argv.slice(at + 1).map((word) => (word.startsWith("-") ? `./${word}` : word));
  return [...argv.slice(0, at), ...words];
}
