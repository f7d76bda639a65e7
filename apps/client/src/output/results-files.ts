import { probeWritable, writeFileDurably } from "@c10k-lab/files/durable-file";
import { claimNumber, fillNumber, isNumbered } from "@c10k-lab/files/numbered-path";
import type { ClientSummary } from "@c10k-lab/protocol";

/** Paths of the result files of this client. */
export interface ResultPaths {
  readonly stats: string | undefined;
  readonly summary: string | undefined;
}

/**
 * Fills `{n}` with the first number that is free, the same in both paths, and checks that the summary can be written.
 *
 * @throws Error of mkdir(2) or open(2), or when both paths are the same
 */
export function claimPaths({ stats, summary }: ResultPaths): ResultPaths {
  const numbered = [stats, summary].find((path) => path !== undefined && isNumbered(path));
  const n = numbered === undefined ? 0 : claimNumber(numbered);
  const fill = (path: string | undefined) => (path === undefined ? undefined : fillNumber(path, n));
  const paths = { stats: fill(stats), summary: fill(summary) };
  // Without a number the command line was checked.
  if (numbered !== undefined && paths.stats === paths.summary)
    throw new Error(`--stats and --summary name the same file: ${paths.stats}`);
  if (paths.summary !== undefined) probeWritable(paths.summary);
  return paths;
}

/** Writes the summary, if a path was given. @throws Error when the disk does not take it */
export function writeSummary({ summary: path }: ResultPaths, summary: ClientSummary): void {
  if (path !== undefined) writeFileDurably(path, `${JSON.stringify(summary, null, 2)}\n`);
}
