import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TestProgram } from "./test-program.ts";
import { until } from "./until.ts";

const MOUNT_BOUND_MS = 30_000;

/**
 * A small file system in a mount namespace without a name. It is gone with the process that keeps it, and that process ends
 * with this one, however it ends. It takes root.
 */
export class SmallDisk implements AsyncDisposable {
  /** Path for programs that `command` starts. */
  readonly folder = mkdtempSync(join(tmpdir(), "c10k-disk-"));
  readonly #keeper: TestProgram;

  private constructor(sizeKiB: number) {
    const script = `mount -t tmpfs -o size=${sizeKiB}k c10k-test "$1" && echo mounted && exec sleep infinity`;
    this.#keeper = new TestProgram({
      program: "setpriv",
      args: ["--pdeathsig", "KILL", "unshare", "--mount", "sh", "-c", script, "sh", this.folder],
    });
  }

  static get isPossible(): boolean {
    return process.getuid?.() === 0;
  }

  static async start({ sizeKiB }: { sizeKiB: number }): Promise<SmallDisk> {
    const disk = new SmallDisk(sizeKiB);
    const keeper = disk.#keeper;
    try {
      await until(() => keeper.stdout !== "" || !keeper.isRunning, "the disk is mounted", MOUNT_BOUND_MS);
      if (!keeper.isRunning) throw new Error(`the disk cannot be mounted: ${keeper.stderr}`);
    } catch (error) {
      await disk[Symbol.asyncDispose]();
      throw error;
    }
    return disk;
  }

  /** Path of the same folder for this process. It passes through a link of /proc that realpath(3) cannot resolve. */
  get pathFromHere(): string {
    return `/proc/${this.#keeper.pid}/root${this.folder}`;
  }

  /** Start of a command line whose program has the disk. */
  get command(): string[] {
    return ["nsenter", `--mount=/proc/${this.#keeper.pid}/ns/mnt`];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#keeper.signal("SIGKILL");
    await this.#keeper.exited;
  }
}
