import { readFileSync } from "node:fs";
import { join } from "node:path";
import { within } from "@c10k-lab/process";
import type { FinalLine, ListeningLine } from "@c10k-lab/protocol";
import { GenericContainer, Wait } from "testcontainers";
import { inject } from "vitest";
import { type Container, finalLine, listeningLine, readLog } from "./container-log.ts";
import { RUN_LABEL } from "./leftovers.ts";
import { runtime } from "./runtime.ts";
import { ROOT, type ServiceName, service } from "./services.ts";

const END_BOUND_MS = 60_000;

export interface AppOptions {
  /** Folder of the host that is mounted as /results; without it nothing is mounted. */
  readonly results?: string;
  /** Variables that are added to those of compose.yaml, or replace them. */
  readonly environment?: Readonly<Record<string, string>>;
  /** True to run the engine's own init as process 1, which forwards signals. */
  readonly init?: boolean;
  readonly memoryBytes?: number;
  /** Threads and processes that it may have, instead of the number in compose.yaml. */
  readonly tasks?: number;
  /** User that replaces the one in compose.yaml. The container then gets no capabilities. */
  readonly user?: string;
}

/** Exit and output of a container. */
export interface Ended {
  readonly code: number;
  readonly isOutOfMemory: boolean;
  /** stdout and stderr, in the order they were written. */
  readonly output: string;
  readonly final: FinalLine | undefined;
}

/** A container with the definition of a compose service. */
class ServiceContainer extends GenericContainer {
  constructor(
    name: ServiceName,
    { results, environment, init = false, memoryBytes, tasks, user }: AppOptions,
  ) {
    const definition = service(name);
    super(definition.image);
    const withoutFiles = { ECHO_STATS: "", LOAD_STATS: "", LOAD_SUMMARY: "" };
    this.withNetworkMode(definition.network_mode)
      .withUser(user ?? definition.user)
      .withDroppedCapabilities(...definition.cap_drop)
      .withAddedCapabilities(...(user === undefined ? definition.cap_add : []))
      .withSecurityOpt(...definition.security_opt.map(readProfile))
      .withEnvironment({ ...definition.environment, ...(results ? {} : withoutFiles), ...environment })
      .withBindMounts(results ? [{ source: results, target: "/results" }] : [])
      .withLabels({ [RUN_LABEL]: inject("engine").run });
    const memory = memoryBytes ?? Number(definition.mem_limit);
    Object.assign(this.hostConfig, {
      ReadonlyRootfs: definition.read_only,
      PidsLimit: tasks ?? definition.pids_limit,
      Memory: memory,
      MemorySwap: memory,
      Init: init,
    });
  }
}

/** Replaces the path of a seccomp profile by the profile: compose reads it for the engine, which takes only JSON. */
function readProfile(option: string): string {
  const path = /^seccomp[=:](.*\.json)$/.exec(option)?.[1];
  return path === undefined ? option : `seccomp=${readFileSync(join(ROOT, path), "utf8")}`;
}

/** An app in a container. The container is removed at the end of the test. */
export class AppContainer implements AsyncDisposable {
  readonly #container: Container;

  protected constructor(container: Container) {
    this.#container = container;
  }

  /** Starts the client and returns at once. */
  static async client(port: number, options: AppOptions): Promise<AppContainer> {
    const environment = { LOAD_PORT: String(port), ...options.environment };
    return new AppContainer(
      await start(
        new ServiceContainer("client", { ...options, environment }).withWaitStrategy(Wait.forAll([])),
      ),
    );
  }

  /** Starts a server on a free port; resolves when it listens. */
  static async server(name: ServiceName, options: AppOptions = {}): Promise<ServerContainer> {
    const environment = { ECHO_PORT: "0", ECHO_METRICS_PORT: "0", ...options.environment };
    const definition = new ServiceContainer(name, { ...options, environment });
    const container = await start(definition.withWaitStrategy(Wait.forLogMessage('"event":"listening"')));
    return new ServerContainer(container, listeningLine(await readLog(container)));
  }

  /** Stops the container as `docker stop --time` does. */
  async stop(graceSeconds: number): Promise<Ended> {
    await this.#container.stop({ t: graceSeconds });
    return this.ended();
  }

  /** Freezes all processes of the container, as `docker pause` does, or lets them go on. */
  async pause(isPaused: boolean): Promise<void> {
    await (isPaused ? this.#container.pause() : this.#container.unpause());
  }

  async kill(signal: NodeJS.Signals): Promise<void> {
    await this.#container.kill({ signal });
  }

  /** Waits until the container ends. */
  async ended(): Promise<Ended> {
    const { StatusCode: code } = await within(
      END_BOUND_MS,
      this.#container.wait(),
      () => "the container did not end",
    );
    const { State } = await this.#container.inspect();
    const output = await readLog(this.#container);
    return {
      code,
      isOutOfMemory: State.OOMKilled,
      output,
      final: finalLine(output),
    };
  }

  /** Runs a command in the container. @param user the container's own by default */
  async exec(command: string[], user?: string): Promise<{ code: number; output: string }> {
    const { container } = await runtime();
    const options = user === undefined ? {} : { user };
    const { exitCode: code, output } = await container.exec(this.#container, command, options);
    return { code, output };
  }

  /** Returns the output so far. */
  output(): Promise<string> {
    return readLog(this.#container);
  }

  inspect() {
    return this.#container.inspect();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#container.remove({ force: true, v: true });
  }
}

export class ServerContainer extends AppContainer {
  readonly #listening: ListeningLine;

  constructor(container: Container, listening: ListeningLine) {
    super(container);
    this.#listening = listening;
  }

  get port(): number {
    return this.#listening.port;
  }

  /** Counts the open connections that had an echo. */
  async busyConnections(): Promise<number> {
    const response = await fetch(`http://127.0.0.1:${this.#listening.metricsPort}/connections`);
    const open = (await response.json()) as { requests: number }[];
    return open.filter(({ requests }) => requests > 0).length;
  }
}

async function start(definition: GenericContainer): Promise<Container> {
  const { container } = await runtime();
  const started = await definition.start();
  return container.getById(started.getId());
}
