import { writeSync } from "node:fs";
import { posix } from "@c10k-lab/posix";

/** Bytes for which a pipe has room when poll(2) calls it writable: PIPE_BUF, pipe(7). */
const CHUNK_BYTES = 4096;
/** Time that a reader gets to make room, ms. */
const PATIENCE_MS = 1000;

/** Descriptors that had no room last time. They get no time again before they have. */
const full = new Set<number>();

/**
 * Writes a line to stdout or stderr. Where the pipe is closed or full, or the disk, the line is lost: a server neither ends
 * nor sleeps for its output, because it would hear no signal meanwhile.
 */
export function writeLine(fd: number, line: string): void {
  const bytes = Buffer.from(line);
  try {
    for (let at = 0; at < bytes.length; ) {
      if (!hasRoom(fd)) return;
      at += writeSync(fd, bytes, at, Math.min(CHUNK_BYTES, bytes.length - at));
    }
  } catch {
    // The rows and the exit code still tell what happened.
  }
}

/** Waits until a write of CHUNK_BYTES would not sleep. Returns false when it still would. */
function hasRoom(fd: number): boolean {
  const entry = new Int32Array(2);
  let ready: number;
  do {
    entry.set([fd, posix.POLLOUT]);
    ready = posix.poll(entry, 1, full.has(fd) ? 0 : PATIENCE_MS);
  } while (ready === -posix.EINTR);
  if (ready === 0) full.add(fd);
  else full.delete(fd);
  return ready > 0;
}
