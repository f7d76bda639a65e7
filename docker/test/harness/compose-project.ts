import { spawn } from "node:child_process";
import { createServer } from "node:net";
import type { FinalLine } from "@c10k-lab/protocol";
import { type Container, finalLine, readLog } from "./container-log.ts";
import { projectName } from "./leftovers.ts";
import { runtime } from "./runtime.ts";
import { ROOT } from "./services.ts";
import { until } from "./until.ts";
import { within } from "./within.ts";

const END_BOUND_MS = 100_000;

/** What a command of compose did. */
export interface CommandResult {
  readonly code: number | null;
  readonly output: string;
}

/** A `docker compose up` that is attached to its containers, as in a user's terminal. */
export interface Up {
  /** As Ctrl-C in that terminal. How the containers end is what counts: Compose 2.26 itself may panic ("close of closed channel"). */
  interrupt(): void;
  ended(): Promise<CommandResult>;
}

/** A container of the project: running, or how it ended. */
export interface ProjectContainer {
  readonly service: string;
  readonly isRunning: boolean;
  readonly code: number;
  readonly output: string;
  readonly final: FinalLine | undefined;
}

/** The compose file as a project of its own. Everything it made is removed when the test is over. */
export class ComposeProject implements AsyncDisposable {
  readonly #name: string;
  readonly #environment: Readonly<Record<string, string>>;

  /** @param environment what a user would type before `docker compose` */
  constructor(name: string, environment: Readonly<Record<string, string>>) {
    this.#name = projectName(name);
    this.#environment = environment;
  }

  /** @param args what a user would type after `docker compose` */
  start(...args: string[]): Up {
    const child = spawn("docker", ["compose", "--project-name", this.#name, ...args], {
      cwd: ROOT,
      env: { ...process.env, ...this.#environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
    }
    const closed = new Promise<CommandResult>((resolve) => {
      child.once("close", (code) => resolve({ code, output }));
    });
    return {
      interrupt: () => child.kill("SIGINT"),
      ended: () => within(END_BOUND_MS, closed, `'docker compose ${args.join(" ")}' did not end`),
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
    await until(async () => (await ended()).length >= count, `${count} containers of ${service} have ended`);
    return ended();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.run("--profile", "*", "down", "--timeout", "0");
  }
}

/** What is to be seen of a container; nothing of one that is still being made, which the engine lists already. */
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

/** A port nobody listens on, below those the kernel gives to connections. */
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
