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
 * Claims the first number without a file by creating the file (open(2), O_EXCL). Processes that share a folder, such as
 * replicas of one service, never overwrite each other's files.
 *
 * @param path with `{n}` in place of the number
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

/** Returns the path with a claimed number in place of `{n}`, if it has one. @throws Error as `claimNumber` */
export function claimPath(path: string): string {
  return isNumbered(path) ? fillNumber(path, claimNumber(path)) : path;
}
