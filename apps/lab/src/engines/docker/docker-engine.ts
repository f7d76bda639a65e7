import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { BoundedLog } from "@c10k-lab/process";
import { quoteWords } from "@c10k-lab/words";
import type Docker from "dockerode";
import { type App, nameOf } from "../apps.ts";
import type { Engine, ForeignJob, ForeignService, Job, Service } from "../engine.ts";
import { ask } from "./ask.ts";
import { Container } from "./container.ts";
import { assertAnswers, leaveEngine, openEngine } from "./engine-address.ts";
import { EngineWatch } from "./engine-watch.ts";
import { ForeignContainer } from "./foreign-container.ts";
import { ensureImages, findForeignImages, imageOf } from "./images.ts";
import { labelsOf, RUN_LABEL, removeLeftovers, removeRun } from "./labels.ts";

/** Mount point of a cell's folder in the container. */
const RESULTS = "/results";
/** Threads and processes in addition to one thread for each connection. */
const OWN_PIDS = 200;

/**
 * A foreign server is not the first process of its container, where signals without a handler have no effect, and may write
 * to /tmp.
 */
const FOREIGN: Docker.HostConfig = { Init: true, Tmpfs: { "/tmp": "size=64m" } };

interface DockerOptions {
  /** True to build the images from this checkout first. */
  readonly build: boolean;
  /** Memory limit of each container, swap included. The kernel kills a container that exceeds it. */
  readonly memoryBytes: number;
}

/** Runs the apps' images in containers on the host's network, over the Docker API. */
export class DockerEngine implements Engine {
  readonly name = "docker";
  readonly #docker = openEngine();
  readonly #run: string;
  readonly #options: DockerOptions;
  #watch: EngineWatch | undefined;

  /** @param run id of the run, the label of every container */
  constructor(run: string, options: DockerOptions) {
    this.#run = run;
    this.#options = options;
  }

  async prepare(
    apps: readonly App[],
    foreign: readonly string[],
    signal: AbortSignal,
  ): Promise<Record<string, string>> {
    await assertAnswers(this.#docker);
    await removeLeftovers(this.#docker);
    const images = {
      ...(await findForeignImages(this.#docker, foreign)),
      ...(await ensureImages(this.#docker, apps, this.#options.build, signal)),
    };
    this.#watch = await EngineWatch.start(this.#docker, `${RUN_LABEL}=${this.#run}`);
    return images;
  }

  pathOf(_folder: string, file: string): string {
    return `${RESULTS}/${file}`;
  }

  commandOf(job: Job): string {
    const cpus = job.processors ? ["--cpuset-cpus", job.processors.join(",")] : [];
    const limits = ["--memory", String(this.#options.memoryBytes), "--pids-limit", String(pidsOf(job))];
    const where = ["--network", "host", "--volume", `${resolve(job.folder)}:${RESULTS}`];
    return `docker run --rm ${quoteWords([...where, ...cpus, ...limits, imageOf(job.app), ...job.args])}`;
  }

  async start(job: Job): Promise<Service> {
    const user = `${process.getuid?.()}:${process.getgid?.()}`;
    return this.#startContainer(job, { Image: imageOf(job.app), Cmd: [...job.args], User: user });
  }

  /** Starts a foreign image with the user that it names: its files may belong to that user. */
  async startForeign(job: ForeignJob): Promise<ForeignService> {
    const { server } = job;
    if (server.kind === "command") throw new Error("a command needs the engine process");
    const variables = Object.entries(server.env).map(([name, text]) => `${name}=${text}`);
    const words = server.command.length === 0 ? {} : { Cmd: [...server.command] };
    const log = new BoundedLog(join(job.folder, `${job.name}.log`));
    const container = await this.#startContainer(
      job,
      { Image: server.image, Env: variables, ...words, HostConfig: FOREIGN },
      log,
    );
    return new ForeignContainer(container, log, server.stop);
  }

  async #startContainer(
    job: Omit<Job, "args">,
    options: Pick<Docker.ContainerCreateOptions, "Image" | "Cmd" | "User" | "Env" | "HostConfig">,
    log: BoundedLog | null = null,
  ): Promise<Container> {
    if (!this.#watch) throw new Error("prepare() comes first");
    const cell = job.folder.split("/").at(-1);
    const container = await ask(
      `start ${nameOf(job.app)} for ${cell}`,
      this.#docker.createContainer({
        name: `c10k-lab-${this.#run}-${cell}-${job.name}`,
        ...options,
        Labels: labelsOf(this.#run),
        HostConfig: { ...this.#hostConfig(job), ...options.HostConfig },
      }),
    );
    return Container.start(this.#docker, container, this.#watch, job, log);
  }

  async close(): Promise<void> {
    await leaveEngine(this.#watch, () => removeRun(this.#docker, this.#run));
  }

  /** Confines a container as compose.yaml does. Node itself raises the soft limit of descriptors to the hard one. */
  #hostConfig(job: Omit<Job, "args">): Docker.HostConfig {
    const { memoryBytes } = this.#options;
    return {
      NetworkMode: "host",
      Binds: [`${resolve(job.folder)}:${RESULTS}`],
      ReadonlyRootfs: true,
      CapDrop: ["ALL"],
      SecurityOpt: securityOf(job.app),
      PidsLimit: pidsOf(job),
      Memory: memoryBytes,
      MemorySwap: memoryBytes,
      LogConfig: { Type: "json-file", Config: { "max-size": "10m" } },
      ...(job.processors ? { CpusetCpus: job.processors.join(",") } : {}),
    };
  }
}

/** Returns the security options of a container: an app whose system calls the default profile forbids has one of its own. */
export function securityOf(app: App): string[] {
  const profile = new URL(`../../../../../docker/seccomp-${nameOf(app)}.json`, import.meta.url);
  const confined = ["no-new-privileges"];
  return existsSync(profile) ? [...confined, `seccomp=${readFileSync(profile, "utf8")}`] : confined;
}

/** Returns the most threads and processes of a container: one for each connection, and its own. */
export function pidsOf({ connections }: Pick<Job, "connections">): number {
  return connections + OWN_PIDS;
}
