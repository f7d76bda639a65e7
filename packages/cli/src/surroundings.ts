import { dirname } from "node:path";

/**
 * Prepares a program for the place it was started in: a closed pipe, a lost terminal or a full disk behind stdout or
 * stderr never ends it, and relative paths are those of the folder where the user typed the command.
 */
export function prepareSurroundings(): void {
  for (const stream of [process.stdout, process.stderr]) {
    // Without a listener Node throws EPIPE, EIO and ENOSPC of a write as an uncaught error.
    if (stream.listenerCount("error") === 0) stream.on("error", () => {});
  }
  returnToCaller(process.env);
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
