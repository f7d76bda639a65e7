import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** Launch options for Playwright. */
export interface Chromium {
  readonly executablePath: string;
  /** Chromium has none for root. */
  readonly chromiumSandbox: boolean;
}

/**
 * The browser the page is tested in and printed by: the machine's own, nothing is ever downloaded. It is what `CHROMIUM`
 * of the environment names, or else the first of its usual names on PATH; undefined where there is none.
 */
export function findChromium(environment: NodeJS.ProcessEnv = process.env): Chromium | undefined {
  const folders = (environment.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  const onPath = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  const executablePath = environment.CHROMIUM || onPath.find(isExecutable);
  return executablePath ? { executablePath, chromiumSandbox: process.getuid?.() !== 0 } : undefined;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
