import { claimNumber, fillNumber, isNumbered } from "@c10k-lab/files";

/** The result files of this client, their numbers filled in. */
export interface ResultPaths {
  readonly stats: string | undefined;
  readonly summary: string | undefined;
}

/**
 * Fills `{n}` with the first number that is free, the same in both paths.
 *
 * @throws Error of mkdir(2) or open(2)
 */
export function claimPaths({ stats, summary }: ResultPaths): ResultPaths {
  const claimed = [stats, summary].find((path) => path !== undefined && isNumbered(path));
  if (claimed === undefined) return { stats, summary };
  const n = claimNumber(claimed);
  const fill = (path: string | undefined) => (path === undefined ? undefined : fillNumber(path, n));
  return { stats: fill(stats), summary: fill(summary) };
}
