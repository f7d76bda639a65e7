import { closeSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { makeFolder } from "./folder.ts";

const PLACE = "{n}";

export function isNumbered(path: string): boolean {
  return path.includes(PLACE);
}

export function fillNumber(path: string, n: number): string {
  return path.replaceAll(PLACE, String(n));
}

/**
 * Takes the first number whose file is not there yet. Creating the file takes it (open(2), O_EXCL), so processes that
 * share a folder, replicas of one service, never write over each other.
 *
 * @param path with `{n}` in the place of the number
 * @throws Error of mkdir(2) or open(2)
 */
export function claimNumber(path: string): number {
  makeFolder(dirname(path));
  for (let n = 1; ; n++) {
    try {
      closeSync(openSync(fillNumber(path, n), "wx"));
      return n;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
}

/** The path with a number of its own where it asks for one. @throws as `claimNumber` */
export function claimPath(path: string): string {
  return isNumbered(path) ? fillNumber(path, claimNumber(path)) : path;
}
