import { join } from "node:path";
import { nameOf, quoted } from "../apps.ts";
import type { Engine, Job, Service } from "../engine.ts";
import { Child } from "./child.ts";

/** The apps of this checkout as processes beside the lab. */
export class ProcessEngine implements Engine {
  readonly name = "process";

  async prepare(): Promise<null> {
    return null;
  }

  pathOf(folder: string, file: string): string {
    return join(folder, file);
  }

  commandOf({ app, args }: Job): string {
    return `npm run ${nameOf(app)} -- ${quoted(args)}`;
  }

  async start(job: Job): Promise<Service> {
    return new Child(job);
  }

  /** Children end with the lab by themselves. */
  async close(): Promise<void> {}
}
