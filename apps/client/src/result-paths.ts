import { closeSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { makeFolder } from "@c10k-lab/stats";

const PLACE = "{n}";

/** The result files of this client, their numbers filled in. */
export interface ResultPaths {
  readonly stats: string | undefined;
  readonly summary: string | undefined;
}

/**
 * Fills `{n}` with the first number whose file is not there yet, the same in both paths. Creating the file takes the
 * number (open(2), O_EXCL), so clients that share a folder, replicas of one service, never write over each other.
 *
 * @throws Error of mkdir(2) or open(2)
 */
export function claimPaths({ stats, summary }: ResultPaths): ResultPaths {
  const claimed = [stats, summary].find((path) => path?.includes(PLACE));
  if (claimed === undefined) return { stats, summary };
  const n = claimNumber(claimed);
  const fill = (path: string | undefined) => path?.replaceAll(PLACE, String(n));
  return { stats: fill(stats), summary: fill(summary) };
}

function claimNumber(template: string): number {
  makeFolder(dirname(template));
  for (let n = 1; ; n++) {
    try {
      closeSync(openSync(template.replaceAll(PLACE, String(n)), "wx"));
      return n;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
}
