import { lookup } from "node:dns/promises";
import { mkdtempSync, rmSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Child } from "@c10k-lab/process";
import type { SwarmNode } from "@c10k-lab/protocol";
import { quoteWords } from "@c10k-lab/words";
import type Docker from "dockerode";
import { type App, nameOf } from "../apps.ts";
import { ask } from "../docker/ask.ts";
import { pidsOf, securityOf } from "../docker/docker-engine.ts";
import { assertAnswers, engineAddress, leaveEngine, openEngine } from "../docker/engine-address.ts";
import { EngineWatch } from "../docker/engine-watch.ts";
import { ensureImages, imageOf } from "../docker/images.ts";
import { labelsOf, REMOTE_RUN_LABEL, removeLeftovers, removeRun } from "../docker/labels.ts";
import { type Engine, EngineTrouble, type ForeignService, type Job, type Service } from "../engine.ts";
import { ProcessEngine } from "../process/process-engine.ts";
import { describeClocks, end, nodeOf, readSurvey } from "../swarm/survey.ts";
import { SYSCTLS } from "../sysctls.ts";
import { LocalClient } from "./local-client.ts";
import { type Place, RemoteServer } from "./remote-server.ts";

/** Mount point of the results in a container: memory of its machine, handed over at the end. */
const RESULTS = "/results";
const SURVEY = "node-survey.mjs";

interface RemoteOptions {
  /** True to build the images from this checkout first, on the other machine. */
  readonly build: boolean;
  /** Memory limit of a container, its results included. */
  readonly memoryBytes: number;
  /** Name or address of the other machine, on which the servers listen. */
  readonly address: string;
}

/** The other machine and what its engine has. */
interface Ground {
  readonly name: string;
  readonly address: string;
  readonly watch: EngineWatch;
  readonly images: Readonly<Record<string, string>>;
}

/**
 * Runs the servers in containers of an engine on another machine, and the clients as processes of this one. Results come
 * back through the output of the containers, so the machines need to share no folder.
 */
export class RemoteEngine implements Engine {
  readonly name = "remote";
  readonly #docker = openEngine();
  readonly #local = new ProcessEngine();
  readonly #run: string;
  readonly #options: RemoteOptions;
  #ground: Ground | undefined;
  #nodes: readonly SwarmNode[] = [];

  /** @param run id of the run, the label of every container */
  constructor(run: string, options: RemoteOptions) {
    this.#run = run;
    this.#options = options;
  }

  get remote() {
    return { nodes: this.#nodes, host: this.#ground?.address ?? "", startMs: 0 };
  }

  async prepare(
    apps: readonly App[],
    _foreign: readonly string[],
    signal: AbortSignal,
  ): Promise<Record<string, string>> {
    await assertAnswers(this.#docker);
    await removeLeftovers(this.#docker, REMOTE_RUN_LABEL);
    const servers = apps.filter((app) => app !== "client");
    const images = await ensureImages(this.#docker, servers, this.#options.build, signal);
    const { Name: name } = (await ask("describe the engine", this.#docker.info())) as { Name: string };
    const address = await this.#findAddress(name);
    const watch = await EngineWatch.start(this.#docker, `${REMOTE_RUN_LABEL}=${this.#run}`);
    this.#ground = { name, address, watch, images };
    if (servers[0] !== undefined) await this.#survey(servers[0], this.#ground);
    return images;
  }

  pathOf(folder: string, file: string, app: App): string {
    return app === "client" ? this.#local.pathOf(folder, file) : `${RESULTS}/${file}`;
  }

  commandOf(job: Job): string {
    if (job.app === "client") return this.#local.commandOf(job);
    const limits = ["--memory", String(this.#options.memoryBytes), "--pids-limit", String(pidsOf(job))];
    const where = ["--network", "host", "--tmpfs", RESULTS];
    const words = [
      "--host",
      engineAddress(),
      "run",
      "--rm",
      ...where,
      ...limits,
      imageOf(job.app),
      ...job.args,
    ];
    return `docker ${quoteWords(words)}`;
  }

  async start(job: Job): Promise<Service> {
    const { name, watch } = this.#grounded;
    if (job.app === "client") return new LocalClient(job, this.#localName, watch.lost);
    const cell = job.folder.split("/").at(-1);
    const options = { Cmd: [...job.args], Env: [`HAND_OVER=${RESULTS}`] };
    const place = { ...job, machine: name };
    return this.#startContainer(job, `${cell}-${job.name}`, options, place);
  }

  async startForeign(): Promise<ForeignService> {
    throw new Error("a foreign server needs the engine process or docker");
  }

  async close(): Promise<void> {
    await leaveEngine(this.#ground?.watch, () => removeRun(this.#docker, this.#run, REMOTE_RUN_LABEL));
  }

  get #grounded(): Ground {
    if (!this.#ground) throw new Error("prepare() comes first");
    return this.#ground;
  }

  /** Name of this machine in the results, which is not that of the other. */
  get #localName(): string {
    const name = hostname();
    return name === this.#grounded.name ? `${name} (clients)` : name;
  }

  /** Returns the address of the other machine as number. @throws EngineTrouble when its name is unknown here */
  async #findAddress(node: string): Promise<string> {
    const { address } = this.#options;
    try {
      return (await lookup(address)).address;
    } catch (error) {
      const answer = (error as NodeJS.ErrnoException).code ?? String(error);
      throw new EngineTrouble({ trouble: "node-silent", node, address, answer });
    }
  }

  /** Has both machines describe themselves, over a connection as the clients will make it. */
  async #survey(app: App, { name, address }: Ground): Promise<void> {
    const folder = mkdtempSync(join(tmpdir(), "c10k-survey-"));
    const options = {
      Entrypoint: ["node", `/app/docker/${SURVEY}`],
      Cmd: ["serve", address, "0", ...SYSCTLS],
    };
    const place = { name: "survey", folder, machine: name };
    const server = { name, address };
    let asker: Child | undefined;
    const clock = await this.#startContainer({ app, connections: 0 }, "survey", options, place);
    try {
      const { port = 0, ...own } = await readSurvey(clock, server, address);
      const program = fileURLToPath(new URL(`../../../../../docker/${SURVEY}`, import.meta.url));
      const args = [program, "ask", address, String(port), ...SYSCTLS];
      asker = new Child({ program: process.execPath, args, ownSession: false });
      const here = await readSurvey(asker, server, address);
      const client = { name: this.#localName, address: here.localAddress ?? "" };
      this.#nodes = [nodeOf(server, "server", own), nodeOf(client, "clients", here)];
    } finally {
      if (asker) await end(asker);
      await end(clock);
      rmSync(folder, { recursive: true, force: true });
    }
    process.stderr.write(
      `lab: server on ${name} at ${address}, clients here; clock against that of ${name}: ${describeClocks(this.#nodes)}\n`,
    );
  }

  async #startContainer(
    job: Pick<Job, "app" | "connections">,
    name: string,
    options: Pick<Docker.ContainerCreateOptions, "Entrypoint" | "Cmd" | "Env">,
    place: Place,
  ): Promise<RemoteServer> {
    const { watch, images } = this.#grounded;
    const { memoryBytes } = this.#options;
    const container = await ask(
      `start ${place.name}`,
      this.#docker.createContainer({
        name: `c10k-lab-${this.#run}-${name}`,
        Image: images[nameOf(job.app)] ?? imageOf(job.app),
        ...options,
        Labels: labelsOf(this.#run, REMOTE_RUN_LABEL),
        HostConfig: {
          NetworkMode: "host",
          ReadonlyRootfs: true,
          CapDrop: ["ALL"],
          SecurityOpt: securityOf(job.app),
          // A tmpfs belongs to root; every user may write to it, as to /tmp.
          Tmpfs: { [RESULTS]: "mode=1777" },
          PidsLimit: pidsOf(job),
          Memory: memoryBytes,
          MemorySwap: memoryBytes,
          LogConfig: { Type: "none", Config: {} },
        },
      }),
    );
    return RemoteServer.start(this.#docker, container, watch, place);
  }
}
