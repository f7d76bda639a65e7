import { exitWithUsage } from "./command-line.ts";
import type { OptionTable, OptionValues } from "./option.ts";
import { createParser, optionValues, yargsOptions } from "./yargs-parser.ts";

/** One command of a program that has several: `lab run`, `lab report`. */
export interface Command<T extends OptionTable> {
  /** With its argument in yargs' notation: "run [plan]". */
  readonly usage: string;
  readonly describe: string;
  /** The argument's meaning, and its default if it may be left out. */
  readonly argument?: { readonly name: string; readonly describe: string; readonly default?: string };
  readonly options: T;
  readonly examples: readonly (readonly [string, string])[];
  /** @returns the exit code; a UsageError it throws is a mistake like any other */
  run(options: OptionValues<T>, argument: string): Promise<number>;
}

/** Lets a command keep the types of its own options in a list of commands. */
export function command<T extends OptionTable>(definition: Command<T>): Command<OptionTable> {
  return definition as unknown as Command<OptionTable>;
}

export interface CommandProgram {
  readonly name: string;
  readonly describe: string;
  readonly commands: readonly Command<OptionTable>[];
  readonly epilogue?: string;
}

/** Runs the command a command line names. @returns its exit code */
export async function runCommands(program: CommandProgram, argv: string[]): Promise<number> {
  let exitCode = 0;
  const parser = createParser(program.name, argv)
    .usage(`$0 <command> [options]\n\n${program.describe}`)
    .epilogue(program.epilogue ?? "")
    .demandCommand(
      1,
      `say what to do: ${program.commands.map(({ usage }) => usage.split(" ")[0]).join(", ")}`,
    );
  for (const { usage, describe, argument, options, examples, run } of program.commands) {
    parser.command(
      usage,
      describe,
      (command) => {
        if (argument) command.positional(argument.name, { type: "string", ...argument });
        return command
          .options(yargsOptions(options))
          .example(examples.map(([line, what]): [string, string] => [line, what]));
      },
      async (values) => {
        exitCode = await run(optionValues(options, values), String(values[argument?.name ?? ""] ?? ""));
      },
    );
  }
  try {
    await parser.parseAsync();
    return exitCode;
  } catch (error) {
    return exitWithUsage(program.name, error);
  }
}
