import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SwarmNode } from "@c10k-lab/protocol";
import { quoteWords } from "@c10k-lab/words";
import { type App, nameOf } from "../apps.ts";
import { ask } from "../docker/ask.ts";
import { pidsOf } from "../docker/docker-engine.ts";
import { assertAnswers, engineAddress, leaveEngine, openEngine } from "../docker/engine-address.ts";
import { ensureImages, imageOf } from "../docker/images.ts";
import { labelsOf } from "../docker/labels.ts";
import { type Engine, EngineTrouble, type ForeignService, type Job, type Service } from "../engine.ts";
import { removeLeftovers, removeRun } from "./leftover-services.ts";
import { chooseNodes, type NodeChoice, type ReadyNode } from "./nodes.ts";
import { commandWords, RESULTS, type TaskRequest } from "./service-spec.ts";
import { describeClocks, surveyNodes } from "./survey.ts";
import { SwarmTask } from "./swarm-task.ts";
import { TaskWatch } from "./task-watch.ts";

/** Time until a task runs: two managers' turns and the start of a container. */
const START_MS = 5000;
const SURVEY = ["node", "/app/docker/node-survey.mjs"];

interface SwarmOptions {
  /** True to build the images from this checkout first, on the engine that the lab asks. */
  readonly build: boolean;
  /** Memory limit of each task, its results included. */
  readonly memoryBytes: number;
  readonly nodes: NodeChoice;
}

/** The nodes of a run, and what the manager says of them. */
interface Ground {
  readonly server: ReadyNode;
  readonly clients: readonly ReadyNode[];
  readonly watch: TaskWatch;
  readonly images: Readonly<Record<string, string>>;
}

/**
 * Runs the apps' images as services of a Docker Swarm: the server on one node, each client on one of the others in turn.
 * Results come back through the services' logs, so the nodes need to share no folder.
 */
export class SwarmEngine implements Engine {
  readonly name = "swarm";
  readonly #docker = openEngine();
  readonly #run: string;
  readonly #prefix: string;
  readonly #options: SwarmOptions;
  #ground: Ground | undefined;
  #nodes: readonly SwarmNode[] = [];
  #started = 0;

  /** @param run id of the run, the label of every service */
  constructor(run: string, options: SwarmOptions) {
    this.#run = run;
    this.#options = options;
    // A service's name has at most 63 characters.
    this.#prefix = `c10k-lab-${createHash("sha256").update(run).digest("hex").slice(0, 8)}`;
  }

  get remote() {
    return { nodes: this.#nodes, host: this.#serverAddress, startMs: START_MS };
  }

  async prepare(
    apps: readonly App[],
    _foreign: readonly string[],
    signal: AbortSignal,
  ): Promise<Record<string, string>> {
    await assertAnswers(this.#docker);
    const self = await this.#findSelf();
    await removeLeftovers(this.#docker);
    const images = await ensureImages(this.#docker, apps, this.#options.build, signal);
    const { server, clients } = await chooseNodes(this.#docker, this.#options.nodes, self);
    const names = new Map([server, ...clients].map(({ id, name }) => [id, name]));
    const watch = new TaskWatch(this.#docker, this.#run, names);
    this.#ground = { server, clients, watch, images };
    await this.#survey(this.#ground);
    return images;
  }

  pathOf(_folder: string, file: string): string {
    return `${RESULTS}/${file}`;
  }

  commandOf(job: Job): string {
    return quoteWords(commandWords(this.#requestOf(job, ""), imageOf(job.app)));
  }

  async start(job: Job): Promise<Service> {
    const { watch } = this.#grounded;
    const request = this.#requestOf(job, `${this.#prefix}-${++this.#started}-${job.name}`);
    return SwarmTask.start(this.#docker, request, watch, { ...job, image: imageOf(job.app) });
  }

  async startForeign(): Promise<ForeignService> {
    throw new Error("a foreign server needs the engine process or docker");
  }

  async close(): Promise<void> {
    await leaveEngine(this.#ground?.watch, () => removeRun(this.#docker, this.#run));
  }

  get #grounded(): Ground {
    if (!this.#ground) throw new Error("prepare() comes first");
    return this.#ground;
  }

  get #serverAddress(): string {
    return this.#options.nodes.address ?? this.#ground?.server.address ?? "";
  }

  /** Returns the id of the node of the engine that the lab asks. @throws EngineTrouble when it is no manager */
  async #findSelf(): Promise<string> {
    const { Swarm } = await ask("describe the engine", this.#docker.info());
    const address = engineAddress();
    if (!Swarm?.NodeID) throw new EngineTrouble({ trouble: "no-swarm", address });
    if (!Swarm.ControlAvailable) throw new EngineTrouble({ trouble: "not-manager", address });
    return Swarm.NodeID;
  }

  async #survey({ server, clients, watch }: Ground): Promise<void> {
    const folder = mkdtempSync(join(tmpdir(), "c10k-survey-"));
    const image = imageOf("client");
    const start = (node: ReadyNode, args: readonly string[]) => {
      const name = `survey-${++this.#started}`;
      const request = {
        ...this.#confine({ app: "client", connections: 0 }, node),
        ...{ name: `${this.#prefix}-${name}`, program: SURVEY, args, env: [] },
      };
      return SwarmTask.start(this.#docker, request, watch, { name, folder, image });
    };
    try {
      this.#nodes = await surveyNodes({ ...server, address: this.#serverAddress }, clients, start);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
    process.stderr.write(
      `lab: server on ${server.name}; clocks of the clients' nodes against it: ${describeClocks(this.#nodes)}\n`,
    );
  }

  #requestOf(job: Job, name: string): TaskRequest {
    const { server, clients } = this.#grounded;
    const replica = Number(/\d+$/.exec(job.name)?.[0] ?? 1);
    const isClient = job.app === "client";
    const node = isClient ? (clients[(replica - 1) % clients.length] ?? server) : server;
    const env = [`HAND_OVER=${RESULTS}`];
    return { ...this.#confine(job, node), name, args: job.args, env };
  }

  #confine({ app, connections }: Pick<Job, "app" | "connections">, node: ReadyNode) {
    return {
      image: this.#grounded.images[nameOf(app)] ?? imageOf(app),
      node: node.id,
      labels: labelsOf(this.#run),
      memoryBytes: this.#options.memoryBytes,
      pids: pidsOf({ connections }),
    };
  }
}
