import { join } from "node:path";
import { quoteWords } from "@c10k-lab/words";
import { nameOf } from "../apps.ts";
import type { Engine, ForeignJob, ForeignService, Job, Service } from "../engine.ts";
import { AppProcess } from "./app-process.ts";
import { ForeignProcess } from "./foreign-process.ts";

/** Runs the apps of this checkout as child processes of the lab. */
export class ProcessEngine implements Engine {
  readonly name = "process";

  async prepare(): Promise<null> {
    return null;
  }

  pathOf(folder: string, file: string): string {
    return join(folder, file);
  }

  commandOf({ app, args }: Job): string {
    return `npm run ${nameOf(app)} -- ${quoteWords(args)}`;
  }

  async start(job: Job): Promise<Service> {
    return new AppProcess(job);
  }

  async startForeign(job: ForeignJob): Promise<ForeignService> {
    if (job.server.kind === "image") throw new Error("an image needs the engine docker");
    return new ForeignProcess(job, job.server);
  }

  /** Does nothing: the kernel ends the children together with the lab. */
  async close(): Promise<void> {}
}
