import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Characters of a line that are kept: a foreign server may write anything. */
const KEPT = 1000;

/** Returns the last line in the log of a process of a cell; empty when there is none. */
export function readLastLine(folder: string, process: string): string {
  try {
    const log = readFileSync(join(folder, `${process}.log`), "utf8");
    return log.trimEnd().split("\n").at(-1)?.slice(0, KEPT) ?? "";
  } catch {
    return "";
  }
}
