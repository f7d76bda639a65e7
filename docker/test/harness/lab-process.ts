import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CellResult, Manifest } from "@c10k-lab/protocol";
import { getContainerRuntimeClient } from "testcontainers";
import { ROOT } from "./services.ts";

/** `lab run … --engine docker`, with the images as they are. */
export class LabProcess implements Disposable {
  readonly results: string;
  readonly exited: Promise<number | null>;
  readonly #process;
  #output = "";

  /** @param engine address of another engine than the ordinary one */
  constructor(
    args: readonly string[],
    { results = mkdtempSync(join(tmpdir(), "c10k-lab-")), engine = process.env.DOCKER_HOST } = {},
  ) {
    this.results = results;
    const fixed = ["--engine", "docker", "--no-build", "--repeats", "1", "--results", results];
    this.#process = spawn(process.execPath, ["apps/lab/src/main.ts", "run", ...args, ...fixed], {
      cwd: ROOT,
      env: { ...process.env, ...(engine === undefined ? {} : { DOCKER_HOST: engine }) },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream.setEncoding("utf8").on("data", (chunk: string) => {
        this.#output += chunk;
      });
    }
    this.exited = once(this.#process, "close").then(([code]) => code);
  }

  get output(): string {
    return this.#output;
  }

  signal(name: NodeJS.Signals): void {
    this.#process.kill(name);
  }

  get manifest(): Manifest {
    return Manifest.parse(JSON.parse(this.file("manifest.json")));
  }

  get cells(): CellResult[] {
    const folder = join(this.results, "latest");
    return readdirSync(folder)
      .filter((name) => existsSync(join(folder, name, "cell.json")))
      .map((name) => CellResult.parse(JSON.parse(this.file(name, "cell.json"))));
  }

  file(...path: string[]): string {
    return readFileSync(join(this.results, "latest", ...path), "utf8");
  }

  /** Names of the containers of this run. */
  async containers(): Promise<string[]> {
    const { container } = await getContainerRuntimeClient();
    const all = await container.dockerode.listContainers({ all: true });
    const { run } = this.manifest;
    return all.filter(({ Labels }) => Labels["c10k-lab.run"] === run).flatMap(({ Names }) => Names);
  }

  [Symbol.dispose](): void {
    this.#process.kill("SIGKILL");
    rmSync(this.results, { recursive: true, force: true });
  }
}
