import { dirname } from "node:path";
import { UsageError } from "./units.ts";

/** Exit code of a program whose results could not be written. */
const EXIT_UNWRITABLE = 3;

/**
 * Prepares a program for the place it was started in: a closed pipe, a lost terminal or a full disk behind stdout or
 * stderr does not end it, and relative paths are those of the folder where the user typed the command.
 *
 * @param name of the program, which begins the sentence about what stdout has not taken
 * @throws UsageError when the working directory has been removed
 */
export function prepareSurroundings(name: string): void {
  // Without a listener Node throws EPIPE, EIO and ENOSPC of a write as an uncaught error.
  if (process.stderr.listenerCount("error") === 0) process.stderr.on("error", () => {});
  if (process.stdout.listenerCount("error") === 0) reportLostOutput(name);
  assertDirectory();
  returnToCaller(process.env);
}

/** Node throws ENOENT wherever it is asked for a directory that is gone. */
function assertDirectory(): void {
  try {
    process.cwd();
  } catch {
    throw new UsageError("the working directory has been removed: change to another one");
  }
}

/**
 * Ends the program with one sentence and exit code 3 when stdout did not take what was asked for. A reader that has gone
 * wanted no more, so it changes no exit code: `lab compare | head -1`.
 */
function reportLostOutput(name: string): void {
  const { stdout } = process;
  let lost: Error | null = null;
  stdout.on("error", (error: NodeJS.ErrnoException) => {
    lost ??= error;
  });
  process.on("exit", (code) => {
    // The event of a write directly before process.exit() comes too late.
    lost ??= stdout.errored;
    if (lost === null || isReaderGone(lost, stdout)) return;
    process.stderr.write(`${name}: the output could not be written: ${lost.message}\n`);
    if (code === 0) process.exitCode = EXIT_UNWRITABLE;
  });
}

/** Returns whether a write failed because of a closed pipe or a lost terminal. */
function isReaderGone({ code }: NodeJS.ErrnoException, { isTTY }: NodeJS.WriteStream): boolean {
  return code === "EPIPE" || (code === "EIO" && isTTY);
}

/** Undoes the change of `npm run` to the package's folder. INIT_CWD is the folder in which npm was started. */
function returnToCaller({ npm_package_json: manifest, INIT_CWD: folder }: NodeJS.ProcessEnv): void {
  const isMoved = manifest !== undefined && dirname(manifest) === process.cwd();
  if (!isMoved || folder === undefined || folder === process.cwd()) return;
  try {
    process.chdir(folder);
  } catch {
    // The folder has been removed or may not be entered: paths remain those of the package.
  }
}
