import { closeSync, fsyncSync, openSync, renameSync, unlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { makeFolder } from "./folder.ts";

/**
 * Writes a file that is complete or absent even after a power failure: temporary file, fsync(2), rename(2), fsync of the
 * folder.
 *
 * @throws Error of open(2), write(2), fsync(2) or rename(2)
 */
export function writeFileDurably(path: string, content: string | Uint8Array): void {
  makeFolder(dirname(path));
  const temporary = `${path}.${process.pid}.tmp`;
  const file = openSync(temporary, "w");
  try {
    writeFileSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
  const folder = openSync(dirname(path), "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/**
 * Checks that `writeFileDurably` can create a file, before there is content to lose.
 *
 * @throws Error of mkdir(2) or open(2)
 */
export function probeWritable(path: string): void {
  makeFolder(dirname(path));
  const probe = `${path}.${process.pid}.tmp`;
  closeSync(openSync(probe, "w"));
  unlinkSync(probe);
}
