import { type Exit, GRACE_MS } from "./engine.ts";
import type { LineQueue } from "./line-queue.ts";

/** What every started app has in common: lines that come, an end that is awaited, and signals that bring it about. */
export abstract class EndedBySignal {
  protected abstract readonly lines: LineQueue;
  protected abstract readonly exited: Promise<Exit>;

  abstract signal(signal: NodeJS.Signals): void;

  nextLine(timeoutMs: number): Promise<string | null> {
    return this.lines.next(timeoutMs);
  }

  async stop(): Promise<Exit> {
    this.signal("SIGTERM");
    return this.endWithin(GRACE_MS);
  }

  async endWithin(timeoutMs: number): Promise<Exit> {
    const timer = setTimeout(() => this.signal("SIGKILL"), timeoutMs);
    const exit = await this.exited;
    clearTimeout(timer);
    return exit;
  }
}
