import { GRACE_MS, ProcessTree } from "@c10k-lab/process";
import type { Exit, ForeignService } from "../engine.ts";
import { TreeSampler } from "../tree-sampler.ts";
import type { Container } from "./container.ts";

/** A container of a foreign image. Removing the container ends all of its processes. */
export class ForeignContainer implements ForeignService {
  readonly processes: ProcessTree | null;
  readonly exited: Promise<Exit>;
  readonly commandEnded: Promise<Exit>;
  /** The engine reports no usage of ended processes. */
  readonly finalUsage = null;
  readonly killed = 0;
  readonly #container: Container;
  readonly #sampler: TreeSampler | null;
  readonly #stop: NodeJS.Signals;

  /** @param stop signal that asks it to end */
  constructor(container: Container, stop: NodeJS.Signals) {
    this.#container = container;
    this.#stop = stop;
    this.processes = container.pid === null ? null : new ProcessTree(container.pid, true);
    this.#sampler = this.processes === null ? null : new TreeSampler(this.processes);
    this.exited = container.exited;
    this.commandEnded = container.exited;
    void this.exited.then(() => this.#sampler?.stop());
  }

  get samples() {
    return this.#sampler?.samples ?? [];
  }

  get containerSamples() {
    return this.#container.containerSamples;
  }

  async waitForLine(pattern: RegExp, timeoutMs: number): Promise<boolean> {
    const untilMs = performance.now() + timeoutMs;
    for (;;) {
      const line = await this.#container.nextLine(Math.max(0, untilMs - performance.now()));
      if (line === null) return false;
      if (!pattern.test(line)) continue;
      this.#container.dropLines();
      return true;
    }
  }

  nextLine(timeoutMs: number) {
    return this.#container.nextLine(timeoutMs);
  }

  signal(signal: NodeJS.Signals): void {
    this.#container.signal(signal === "SIGTERM" ? this.#stop : signal);
  }

  stop(): Promise<Exit> {
    this.signal("SIGTERM");
    return this.endWithin(GRACE_MS);
  }

  endWithin(timeoutMs: number): Promise<Exit> {
    return this.#container.endWithin(timeoutMs);
  }
}
