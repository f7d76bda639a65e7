import {
  closeSync,
  constants,
  fsyncSync,
  lstatSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { makeFolder } from "./folder.ts";

/** Errors of creating or renaming a file beside one that exists and may be written itself, such as a mounted file. */
const IN_PLACE = new Set(["EACCES", "EBUSY", "EPERM", "EROFS", "EXDEV"]);

/** Named pipes that were probed and not written yet: a reader takes the last close for the end of the data. */
const probedPipes = new Map<string, number>();

/** Characters of a file's name in the name of its temporary file: at most 240 of 255 bytes. */
const NAME_KEPT = 60;

/**
 * Writes a file that is complete or absent even after a power failure: temporary file, fsync(2), rename(2), fsync of the
 * folder. A symbolic link stays: its target is replaced. A device or a pipe is written to and never replaced; a file that
 * cannot be replaced, such as a mounted one, is overwritten.
 *
 * @throws Error of open(2), write(2), fsync(2) or rename(2)
 */
export function writeFileDurably(path: string, content: string | Uint8Array): void {
  const existing = lookAt(path);
  if (existing !== null && !existing.isFile()) {
    writeInPlace(path, content);
    closePipe(path);
    return;
  }
  const target = existing === null ? path : realpathSync(path);
  try {
    replaceFile(target, content);
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (existing === null || !IN_PLACE.has(code)) throw error;
    writeInPlace(target, content);
  }
}

/**
 * Checks that `writeFileDurably` can write a file, before there is content to lose.
 *
 * @throws Error of mkdir(2) or open(2); ENXIO for a named pipe that no process reads; EISDIR for a name that only a folder can have
 */
export function probeWritable(path: string): void {
  const existing = lookAt(path);
  if (existing?.isFIFO()) {
    probedPipes.set(path, openSync(path, constants.O_WRONLY | constants.O_NONBLOCK));
    return;
  }
  if (existing !== null) {
    closeSync(openSync(path, constants.O_WRONLY | constants.O_APPEND));
    return;
  }
  if (/(^|\/)\.{0,2}$/.test(path)) throw new Error(`EISDIR: '${path}' names a folder, not a file`);
  makeFolder(dirname(path));
  const probe = temporaryOf(path);
  closeSync(openSync(probe, "w"));
  rmSync(probe);
}

function replaceFile(path: string, content: string | Uint8Array): void {
  makeFolder(dirname(path));
  const temporary = temporaryOf(path);
  try {
    writeInPlace(temporary, content);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  syncFile(openSync(dirname(path), "r"));
}

function writeInPlace(path: string, content: string | Uint8Array): void {
  const file = openForWriting(path);
  try {
    writeFileSync(file, content);
  } catch (error) {
    closeSync(file);
    throw error;
  }
  syncFile(file);
}

/**
 * Opens a file and empties it.
 *
 * @throws Error of open(2); ENXIO for a named pipe that no process reads, where a plain open(2) would wait
 */
export function openForWriting(path: string): number {
  if (!lookAt(path)?.isFIFO()) return openSync(path, "w");
  const probe = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  try {
    return openSync(path, "w");
  } finally {
    closeSync(probe);
  }
}

/** Syncs a file and closes it. @throws Error of fsync(2) */
function syncFile(file: number): void {
  try {
    syncToDisk(file);
  } finally {
    closeSync(file);
  }
}

/** @throws Error of fsync(2), except for a pipe or a device, which have nothing to sync */
export function syncToDisk(file: number): void {
  try {
    fsyncSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EINVAL") throw error;
  }
}

/** Returns what a path leads to; null when there is nothing. Creates the missing target of a symbolic link. */
function lookAt(path: string): Stats | null {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found) return found;
  if (!lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) return null;
  closeSync(openSync(path, "a"));
  return statSync(path);
}

function closePipe(path: string): void {
  const probe = probedPipes.get(path);
  if (probe !== undefined) closeSync(probe);
  probedPipes.delete(path);
}

function temporaryOf(path: string): string {
  const name = [...basename(path)].slice(0, NAME_KEPT).join("");
  return join(dirname(path), `${name}.${process.pid}.tmp`);
}
