import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { allowedProcessors, pinTo } from "@c10k-lab/posix";
import type { Sample } from "@c10k-lab/protocol";
import { nameOf } from "../apps.ts";
import { EndedBySignal } from "../ended-by-signal.ts";
import type { Exit, Job, Service } from "../engine.ts";
import { LineQueue } from "../line-queue.ts";
import { ProcessSampler } from "../process-sampler.ts";

/** Where Node keeps compiled code, so that the many processes of a run start in half the time. */
const COMPILE_CACHE = fileURLToPath(
  new URL("../../../../../node_modules/.cache/node-compile", import.meta.url),
);

/**
 * A process of an app: its own session (Ctrl-C at the terminal is ours to pass on), its words in a log file, its stdout
 * in lines. It ends when we do, however we end: see --exit-with-parent.
 */
export class Child extends EndedBySignal implements Service {
  readonly containerSamples = [];
  readonly #process: ChildProcess;
  protected readonly exited: Promise<Exit>;
  protected readonly lines: LineQueue;
  readonly #sampler: ProcessSampler;

  /** @throws Error when it cannot be started */
  constructor({ app, name, args, folder, processors }: Job) {
    super();
    const main = fileURLToPath(new URL(`../../../../${nameOf(app)}/src/main.ts`, import.meta.url));
    const log = openSync(join(folder, `${name}.log`), "a");
    const child = onProcessors(processors, () =>
      spawn(process.execPath, [main, ...args, "--exit-with-parent"], {
        detached: true,
        env: { ...process.env, NODE_COMPILE_CACHE: COMPILE_CACHE },
        stdio: ["ignore", "pipe", log],
      }),
    );
    closeSync(log);
    if (child.pid === undefined || !child.stdout) throw new Error(`cannot start ${main}`);
    this.#process = child;
    this.lines = new LineQueue(child.stdout);
    this.#sampler = new ProcessSampler(child.pid);
    this.exited = once(child, "close").then(([code, signal]) => {
      this.#sampler.stop();
      return { code, signal, cause: null };
    });
  }

  get samples(): readonly Sample[] {
    return this.#sampler.samples;
  }

  signal(signal: NodeJS.Signals): void {
    // Through the handle, never by number: the number may be another's by now.
    this.#process.kill(signal);
  }
}

/** What `start` starts inherits the processors of this thread at that moment. */
function onProcessors<T>(processors: readonly number[] | null, start: () => T): T {
  if (processors === null) return start();
  const own = allowedProcessors();
  pinTo(processors);
  try {
    return start();
  } finally {
    pinTo(own);
  }
}
