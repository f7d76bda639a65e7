import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import * as testing from "@c10k-lab/process/testing";
import { Manifest, RepetitionResult } from "@c10k-lab/protocol";
import { getContainerRuntimeClient } from "testcontainers";
import { ROOT } from "./services.ts";

interface LabOptions {
  /** Address of another engine than the ordinary one. */
  readonly engine?: string;
  readonly kind?: "docker" | "swarm" | "remote";
  /** Program that runs the lab elsewhere than here. */
  readonly program?: string;
  /** Variables in addition to the inherited ones. */
  readonly env?: NodeJS.ProcessEnv;
}

/** A lab that runs `run … --engine docker`, or another kind, with the present images. */
export class LabProcess extends testing.LabProcess implements Disposable {
  constructor(args: readonly string[], { engine, kind = "docker", program, env = {} }: LabOptions = {}) {
    super(["run", ...args, "--engine", kind, "--no-build", "--repeats", "1"], {
      cwd: ROOT,
      env: engine === undefined ? env : { ...env, DOCKER_HOST: engine },
      ...(program === undefined ? {} : { program }),
    });
  }

  get output(): string {
    return this.stdout + this.stderr;
  }

  get manifest(): Manifest {
    return Manifest.parse(JSON.parse(this.file("manifest.json")));
  }

  get cells(): RepetitionResult[] {
    const { folder } = this;
    return readdirSync(folder)
      .filter((name) => existsSync(join(folder, name, "cell.json")))
      .map((name) => RepetitionResult.parse(JSON.parse(this.file(name, "cell.json"))));
  }

  file(...path: string[]): string {
    return readFileSync(join(this.folder, ...path), "utf8");
  }

  /** Folder of the experiment; without a cell it is not `latest`. */
  get folder(): string {
    const [name = ""] = readdirSync(this.results).filter((entry) => entry !== "latest");
    return join(this.results, name);
  }

  /** Returns the names of the containers of this run. */
  async containers(): Promise<string[]> {
    const { container } = await getContainerRuntimeClient();
    const all = await container.dockerode.listContainers({ all: true });
    const { experiment: run } = this.manifest;
    return all.filter(({ Labels }) => Labels["c10k-lab.run"] === run).flatMap(({ Names }) => Names);
  }

  [Symbol.dispose](): void {
    this.signal("SIGKILL");
    rmSync(this.results, { recursive: true, force: true });
  }
}
