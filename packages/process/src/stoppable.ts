import type { LineQueue } from "./line-queue.ts";
import { callAfter } from "./timers.ts";

/** Time between SIGTERM and SIGKILL. */
export const GRACE_MS = 10_000;

/** A program that was started, in a process or in a container: its lines, its end, and the signals that end it. */
export abstract class Stoppable<Exit> {
  /** Resolves when the program has ended and all its output was read. */
  abstract readonly exited: Promise<Exit>;
  protected abstract readonly lines: LineQueue;

  abstract signal(signal: NodeJS.Signals): void;

  /** Returns the next line of stdout; null when stdout has ended, or no line came within `timeoutMs`. */
  nextLine(timeoutMs: number): Promise<string | null> {
    return this.lines.next(timeoutMs);
  }

  /** Sends SIGTERM, and SIGKILL after `GRACE_MS`. */
  async stop(): Promise<Exit> {
    this.signal("SIGTERM");
    return this.endWithin(GRACE_MS);
  }

  /** Waits for the program to end; sends SIGKILL after `timeoutMs`. */
  async endWithin(timeoutMs: number): Promise<Exit> {
    const cancel = callAfter(timeoutMs, () => this.signal("SIGKILL"));
    const exit = await this.exited;
    cancel();
    return exit;
  }
}
