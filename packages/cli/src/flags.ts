import { type OptionTable, parseFlag } from "./option.ts";
import { environmentVariable, kebab } from "./option-names.ts";
import { readAt } from "./settings.ts";

/**
 * Returns a command line whose flags have the values that yargs knows: yargs takes every value but `true` as false.
 *
 * @throws UsageError for a flag that is neither on nor off
 */
export function spellFlags(argv: readonly string[], options: OptionTable): string[] {
  const flags = new Set(
    Object.keys(options)
      .filter((name) => options[name]?.isFlag)
      .map(kebab),
  );
  return argv.map((word) => {
    const [, name = "", value = ""] = /^--([a-z-]+)=(.*)$/s.exec(word) ?? [];
    return flags.has(name) ? `--${name}=${readAt(`--${name}`, () => parseFlag(value))}` : word;
  });
}

/** Gives the environment variables of flags the values that yargs knows. @throws UsageError for a flag that is neither on nor off */
export function spellFlagVariables(options: OptionTable, envPrefix: string): void {
  for (const name of Object.keys(options).filter((name) => options[name]?.isFlag)) {
    const variable = environmentVariable(envPrefix, name);
    const value = process.env[variable];
    if (value !== undefined) process.env[variable] = String(readAt(variable, () => parseFlag(value)));
  }
}
