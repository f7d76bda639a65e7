import { readFileSync } from "node:fs";
import { join } from "node:path";
import { makePrintable } from "@c10k-lab/process";

/** Characters of a line that are kept: a foreign server may write anything. */
const KEPT = 1000;

/** Node ends a stack with its version; the line of the error stands above. */
const NODE_VERSION = /^Node\.js v/;
const ERROR = /^\w*Error\b.*: /;

/**
 * Returns the last line in the log of a process of a cell, or the error of a stack that Node printed there; empty when
 * there is none.
 */
export function readLastLine(folder: string, process: string): string {
  try {
    const log = readFileSync(join(folder, `${process}.log`), "utf8");
    const lines = log.trimEnd().split("\n");
    const last = lines.at(-1) ?? "";
    const told = NODE_VERSION.test(last) ? (lines.findLast((line) => ERROR.test(line)) ?? last) : last;
    return makePrintable(told.slice(0, KEPT));
  } catch {
    return "";
  }
}
