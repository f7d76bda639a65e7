import type { FinalLine, ListeningLine } from "@c10k-lab/protocol";
import { GenericContainer, Wait } from "testcontainers";
import { inject } from "vitest";
import { type Container, finalLine, listeningLine, readLog } from "./container-log.ts";
import { RUN_LABEL } from "./leftovers.ts";
import { runtime } from "./runtime.ts";
import { type ServiceName, service } from "./services.ts";
import { within } from "./within.ts";

const END_BOUND_MS = 60_000;

export interface AppOptions {
  /** Folder of the host for /results; without it there is none. */
  readonly results?: string;
  /** In addition to what compose.yaml gives, or instead of it. */
  readonly environment?: Readonly<Record<string, string>>;
  /** A process number 1 of the engine's that passes signals on. */
  readonly init?: boolean;
  readonly memoryBytes?: number;
  /** Somebody else than compose.yaml starts it as; nobody but root is given capabilities. */
  readonly user?: string;
}

/** How a container ended. */
export interface Ended {
  readonly code: number;
  readonly isOutOfMemory: boolean;
  /** Both outputs, in the order they came. */
  readonly output: string;
  readonly final: FinalLine | undefined;
}

/** A container like that of a compose service. */
class ServiceContainer extends GenericContainer {
  constructor(name: ServiceName, { results, environment, init = false, memoryBytes, user }: AppOptions) {
    const definition = service(name);
    super(definition.image);
    const withoutFiles = { ECHO_STATS: "", LOAD_STATS: "", LOAD_SUMMARY: "" };
    this.withNetworkMode(definition.network_mode)
      .withUser(user ?? definition.user)
      .withDroppedCapabilities(...definition.cap_drop)
      .withAddedCapabilities(...(user === undefined ? definition.cap_add : []))
      .withSecurityOpt(...definition.security_opt)
      .withEnvironment({ ...definition.environment, ...(results ? {} : withoutFiles), ...environment })
      .withBindMounts(results ? [{ source: results, target: "/results" }] : [])
      .withLabels({ [RUN_LABEL]: inject("engine").run });
    const memory = memoryBytes ?? Number(definition.mem_limit);
    Object.assign(this.hostConfig, {
      ReadonlyRootfs: definition.read_only,
      PidsLimit: definition.pids_limit,
      Memory: memory,
      MemorySwap: memory,
      Init: init,
    });
  }
}

/** An app in a container. It is removed when the test is over, whatever happens. */
export class AppContainer implements AsyncDisposable {
  readonly #container: Container;

  protected constructor(container: Container) {
    this.#container = container;
  }

  /** Starts the client; it is not waited for. */
  static async client(port: number, options: AppOptions): Promise<AppContainer> {
    const environment = { LOAD_PORT: String(port), ...options.environment };
    return new AppContainer(
      await start(
        new ServiceContainer("client", { ...options, environment }).withWaitStrategy(Wait.forAll([])),
      ),
    );
  }

  /** Starts a server on any free port; resolves when it says that it listens. */
  static async server(name: ServiceName, options: AppOptions = {}): Promise<ServerContainer> {
    const environment = { ECHO_PORT: "0", ECHO_METRICS_PORT: "0", ...options.environment };
    const definition = new ServiceContainer(name, { ...options, environment });
    const container = await start(definition.withWaitStrategy(Wait.forLogMessage('"event":"listening"')));
    return new ServerContainer(container, listeningLine(await readLog(container)));
  }

  /** `docker stop` with this grace. */
  async stop(graceSeconds: number): Promise<Ended> {
    await this.#container.stop({ t: graceSeconds });
    return this.ended();
  }

  async kill(signal: NodeJS.Signals): Promise<void> {
    await this.#container.kill({ signal });
  }

  /** Waits until it has ended. */
  async ended(): Promise<Ended> {
    const { StatusCode: code } = await within(
      END_BOUND_MS,
      this.#container.wait(),
      "the container did not end",
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

  /** Runs a command inside, as the user the container was started as or another one. */
  async exec(command: string[], user?: string): Promise<{ code: number; output: string }> {
    const { container } = await runtime();
    const options = user === undefined ? {} : { user };
    const { exitCode: code, output } = await container.exec(this.#container, command, options);
    return { code, output };
  }

  /** What it has said so far. */
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

  /** Open connections that have had an echo. */
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
