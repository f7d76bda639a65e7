import type { Readable } from "node:stream";
import type Docker from "dockerode";
import { eachLine } from "../lines.ts";
import { ask } from "./ask.ts";
import { RUN_LABEL } from "./labels.ts";

/**
 * Listens to the engine's events while a run lasts. They tell which containers ran out of memory, and when the stream
 * ends before we end it, that the engine is gone, at once and not only with the next request.
 */
export class EngineWatch {
  /** Resolves when the engine has gone away. */
  readonly lost: Promise<void>;
  readonly #stream: Readable;
  readonly #outOfMemory = new Set<string>();
  #isStopped = false;
  #isLost = false;

  private constructor(stream: Readable) {
    this.#stream = stream;
    this.lost = new Promise((resolve) => {
      const onLine = (line: string) => this.#outOfMemory.add(JSON.parse(line).Actor?.ID);
      eachLine(stream, onLine, () => {
        if (this.#isStopped) return;
        this.#isLost = true;
        resolve();
      });
    });
  }

  static async start(docker: Docker, run: string): Promise<EngineWatch> {
    const filters = { label: [`${RUN_LABEL}=${run}`], event: ["oom"] };
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
