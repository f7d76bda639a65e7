import { type BoundedLog, GRACE_MS, ProcessTree, signalOf } from "@c10k-lab/process";
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
  /** The engine limits processes and memory: fork(2) fails, or the kernel ends the container. */
  readonly excess = null;
  readonly #container: Container;
  readonly #log: BoundedLog;
  readonly #sampler: TreeSampler | null;
  readonly #stop: NodeJS.Signals;

  /**
   * @param container whose first process is Docker's init
   * @param log with its output
   * @param stop signal that asks it to end
   */
  constructor(container: Container, log: BoundedLog, stop: NodeJS.Signals) {
    this.#container = container;
    this.#log = log;
    this.#stop = stop;
    container.dropLines();
    this.processes = container.pid === null ? null : new ProcessTree(container.pid, false);
    this.#sampler = this.processes === null ? null : new TreeSampler(this.processes);
    this.exited = container.exited.then(nameSignal);
    this.commandEnded = this.exited;
    void this.exited.then(() => {
      this.#sampler?.stop();
      log.close();
    });
  }

  get samples() {
    return this.#sampler?.samples ?? [];
  }

  get containerSamples() {
    return this.#container.containerSamples;
  }

  get elsewhere() {
    return this.#container.elsewhere;
  }

  waitForLine(pattern: RegExp, timeoutMs: number): Promise<boolean> {
    return this.#log.waitForLine(pattern, timeoutMs, this.exited);
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

  async endWithin(timeoutMs: number): Promise<Exit> {
    return nameSignal(await this.#container.endWithin(timeoutMs));
  }
}

/** The engine reports a signal as an exit code, as a shell does. */
function nameSignal(exit: Exit): Exit {
  const signal = exit.cause ? null : signalOf(exit);
  return signal === null ? exit : { ...exit, code: null, signal };
}
