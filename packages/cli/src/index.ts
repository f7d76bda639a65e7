/** Command lines: a program has one table of options; parser, help, environment, types and reference follow from it. */

export {
  exitWithUsage,
  type Program,
  parseCommandLine,
  parseOptions,
  parsePlainOptions,
} from "./command-line.ts";
export { type CommandProgram, command, executeCommand, runCommands } from "./commands.ts";
export {
  bytes,
  bytesRange,
  choice,
  choices,
  durationMs,
  durationRangeMs,
  flag,
  instantMs,
  integer,
  integerRange,
  integers,
  type OptionTable,
  type OptionValues,
  percentage,
  repeatable,
  share,
  text,
} from "./option.ts";
export { environmentVariable, kebab } from "./option-names.ts";
export {
  assertNoneExcluded,
  checkOptions,
  commandWords,
  excludes,
  type Given,
  readAt,
  type Setting,
  type Settings,
} from "./settings.ts";
export { onStopSignal, type StopSignal, stopExitCode } from "./stop-signals.ts";
export { prepareSurroundings } from "./surroundings.ts";
export { parseBytes, parseDurationMs, parseInstantMs, parseRange, type Range, UsageError } from "./units.ts";
