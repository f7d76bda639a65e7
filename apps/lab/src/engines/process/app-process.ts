import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Child, countProcess } from "@c10k-lab/process";
import type { Sample } from "@c10k-lab/protocol";
import { nameOf } from "../apps.ts";
import type { Job, Service } from "../engine.ts";
import { ProcessSampler } from "../process-sampler.ts";

/** An app of this checkout as a child process: stderr goes to its log, stdout is read as lines. */
export class AppProcess extends Child implements Service {
  readonly containerSamples = [];
  readonly processes;
  readonly #sampler: ProcessSampler;

  /** @throws Error when the app cannot be started */
  constructor({ app, name, args, folder, processors }: Job) {
    const program = fileURLToPath(new URL(`../../../../${nameOf(app)}/src/main.ts`, import.meta.url));
    super({ program, args, processors, log: join(folder, `${name}.log`) });
    this.processes = countProcess(this.pid);
    this.#sampler = new ProcessSampler(this.pid);
    void this.exited.then(() => this.#sampler.stop());
  }

  get samples(): readonly Sample[] {
    return this.#sampler.samples;
  }
}
