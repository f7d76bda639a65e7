/** Command lines: a program states its options in one table; parser, help, environment and types follow from it. */

export { type Program, parseCommandLine, parseOptions } from "./command-line.ts";
export { type Command, command, runCommands } from "./commands.ts";
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
  type Share,
  share,
  text,
} from "./option.ts";
export { onStopSignal, type StopSignal } from "./stop-signals.ts";
export { parseBytes, parseDurationMs, parseInstantMs, parseRange, type Range, UsageError } from "./units.ts";
