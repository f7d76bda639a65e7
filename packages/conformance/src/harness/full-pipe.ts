import { execFileSync } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A named pipe that is full and has a reader which never reads: a write(2) to it sleeps. */
export class FullPipe implements Disposable {
  readonly path: string;
  readonly #folder = mkdtempSync(join(tmpdir(), "c10k-pipe-"));
  readonly #fd: number;

  constructor() {
    this.path = join(this.#folder, "pipe");
    execFileSync("mkfifo", [this.path]);
    this.#fd = openSync(this.path, constants.O_RDWR | constants.O_NONBLOCK);
    try {
      for (;;) writeSync(this.#fd, Buffer.alloc(4096));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd);
    rmSync(this.#folder, { recursive: true });
  }
}
