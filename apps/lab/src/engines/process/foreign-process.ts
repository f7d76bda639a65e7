import { join } from "node:path";
import { KeptCommand } from "@c10k-lab/process";
import type { Sample } from "@c10k-lab/protocol";
import type { CommandServer } from "../../plan/foreign/foreign-server.ts";
import type { ForeignJob, ForeignService } from "../engine.ts";
import { TreeSampler } from "../tree-sampler.ts";

/** A foreign command as a child process: the first MiB of its output goes to its log. */
export class ForeignProcess extends KeptCommand implements ForeignService {
  readonly containerSamples = [];
  readonly #sampler: TreeSampler;

  /** @throws Error when the program that keeps it cannot be started */
  constructor({ name, folder, processors }: ForeignJob, server: CommandServer) {
    const { command, cwd, env, stop, limits } = server;
    const log = join(folder, `${name}.log`);
    super({ command, cwd, env, stopSignal: stop, processors, limits, log });
    this.#sampler = new TreeSampler(this.processes);
    void this.exited.then(() => this.#sampler.stop());
  }

  get samples(): readonly Sample[] {
    return this.#sampler.samples;
  }
}
