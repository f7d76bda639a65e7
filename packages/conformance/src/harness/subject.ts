import { ServerProcess, type StartOptions } from "./server-process.ts";

/** Server under test. */
export interface Subject {
  readonly main: string;
  readonly args: readonly string[];
  readonly argsForMany: readonly string[];
  /** Returns the arguments with which a wait returns at most so many events; none where it returns all. */
  argsForBatches(events: number): readonly string[];
  readonly writesShort: boolean;
  readonly hasCallPerMessage: boolean;
  start(options?: StartOptions): Promise<ServerProcess>;
}

export function startSubject(
  main: string,
  args: readonly string[],
  options: StartOptions = {},
): Promise<ServerProcess> {
  return ServerProcess.start(main, { ...options, args: [...args, ...(options.args ?? [])] });
}
