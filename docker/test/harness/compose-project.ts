import { createServer } from "node:net";
import { within } from "@c10k-lab/process";
import { TestProgram, until } from "@c10k-lab/process/testing";
import type { FinalLine } from "@c10k-lab/protocol";
import { type Container, finalLine, readLog } from "./container-log.ts";
import { STATE_BOUND_MS } from "./engine.ts";
import { projectName } from "./leftovers.ts";
import { runtime } from "./runtime.ts";
import { ROOT } from "./services.ts";

const END_BOUND_MS = 100_000;

/** Exit code and output of a compose command. */
export interface CommandResult {
  readonly code: number | null;
  readonly output: string;
}

/** A `docker compose up` attached to its containers, as in a terminal. */
export interface Up {
  /** Sends what Ctrl-C sends. Only the ends of the containers count: Compose 2.26 may panic ("close of closed channel"). */
  interrupt(): void;
  ended(): Promise<CommandResult>;
}

/** State and output of a container of the project. */
export interface ProjectContainer {
  readonly service: string;
  readonly isRunning: boolean;
  readonly code: number;
  readonly output: string;
  readonly final: FinalLine | undefined;
}

/** The compose file as a project of its own. All its containers are removed at the end of the test. */
export class ComposeProject implements AsyncDisposable {
  readonly #name: string;
  readonly #environment: Readonly<Record<string, string>>;

  /** @param environment variables of the compose file */
  constructor(name: string, environment: Readonly<Record<string, string>>) {
    this.#name = projectName(name);
    this.#environment = environment;
  }

  /** @param args the arguments of `docker compose` */
  start(...args: string[]): Up {
    const compose = new TestProgram({
      program: "docker",
      args: ["compose", ...args],
      // With --project-name `logs`, `stop` and `down` would not read compose.yaml.
      ...{ cwd: ROOT, env: { ...this.#environment, COMPOSE_PROJECT_NAME: this.#name } },
    });
    const late = () => `'docker compose ${args.join(" ")}' did not end`;
    return {
      interrupt: () => compose.signal("SIGINT"),
      ended: async () => {
        const code = await within(END_BOUND_MS, compose.exited, late);
        return { code, output: compose.stdout + compose.stderr };
      },
    };
  }

  run(...args: string[]): Promise<CommandResult> {
    return this.start(...args).ended();
  }

  async containers(): Promise<ProjectContainer[]> {
    const { container } = await runtime();
    const all = await container.dockerode.listContainers({
      all: true,
      filters: { label: [`com.docker.compose.project=${this.#name}`] },
    });
    const looks = await Promise.all(
      all.map(({ Id, Labels }) => look(container.getById(Id), Labels["com.docker.compose.service"] ?? "")),
    );
    return looks.filter((look) => look !== undefined);
  }

  async of(service: string): Promise<ProjectContainer[]> {
    return (await this.containers()).filter((container) => container.service === service);
  }

  /** Waits until so many containers of a service have ended; returns them. */
  async untilEnded(service: string, count: number): Promise<ProjectContainer[]> {
    const ended = async () => (await this.of(service)).filter(({ isRunning }) => !isRunning);
    await until(
      async () => (await ended()).length >= count,
      `${count} containers of ${service} have ended`,
      STATE_BOUND_MS,
    );
    return ended();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.run("down", "--timeout", "0");
  }
}

/** Reads the state of a container; undefined when the engine lists it but has not created it yet. */
async function look(container: Container, service: string): Promise<ProjectContainer | undefined> {
  try {
    const { State } = await container.inspect();
    const output = await readLog(container);
    return {
      service,
      isRunning: State.Running || State.Status === "created",
      code: State.ExitCode,
      output,
      final: finalLine(output),
    };
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return undefined;
    throw error;
  }
}

/** Finds a port without a listener, below the range of local ports (ip_local_port_range). */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once("error", () => resolve(false));
      server.listen(port, "127.0.0.1", () => resolve(true));
    });
    if (!isFree) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
}
