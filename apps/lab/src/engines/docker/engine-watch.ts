import type { Readable } from "node:stream";
import type Docker from "dockerode";
import { ask } from "./ask.ts";
import { eachJsonLine } from "./json-lines.ts";

interface EngineEvent {
  readonly Actor?: { readonly ID: string };
}

/**
 * Reads the engine's events during a run. They name the containers that ran out of memory. A stream that ends before
 * `stop` means that the engine is gone, earlier than the next request would show it. An engine that hangs keeps the stream:
 * `lose` is for those whose question it has not answered in time.
 */
export class EngineWatch {
  /** Resolves when the engine is gone, or answers no longer. */
  readonly lost: Promise<void>;
  /** Notes that the engine is gone, or answers no longer. */
  readonly lose: () => void;
  readonly #stream: Readable;
  readonly #outOfMemory = new Set<string>();
  #isStopped = false;
  #isLost = false;

  private constructor(stream: Readable) {
    this.#stream = stream;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.lost = promise;
    this.lose = () => {
      if (this.#isStopped) return;
      this.#isLost = true;
      resolve();
    };
    eachJsonLine<EngineEvent>(stream, ({ Actor }) => this.#outOfMemory.add(Actor?.ID ?? ""), this.lose);
  }

  /** @param label that the containers of the run have: `name=value` */
  static async start(docker: Docker, label: string): Promise<EngineWatch> {
    const filters = { label: [label], event: ["oom"] };
    return new EngineWatch((await ask("report events", docker.getEvents({ filters }))) as Readable);
  }

  get isLost(): boolean {
    return this.#isLost;
  }

  ranOutOfMemory(id: string): boolean {
    return this.#outOfMemory.has(id);
  }

  stop(): void {
    this.#isStopped = true;
    this.#stream.destroy();
  }
}
