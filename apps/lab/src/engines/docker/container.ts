import { once } from "node:events";
import { createWriteStream, readFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough, type Readable } from "node:stream";
import type { ContainerSample, Sample } from "@c10k-lab/protocol";
import type Docker from "dockerode";
import { nameOf } from "../apps.ts";
import { EndedBySignal } from "../ended-by-signal.ts";
import { type Exit, GRACE_MS, type Job, type Service } from "../engine.ts";
import { LineQueue } from "../line-queue.ts";
import { ProcessSampler } from "../process-sampler.ts";
import { ask } from "./ask.ts";
import { ContainerSampler } from "./container-sampler.ts";
import type { EngineWatch } from "./engine-watch.ts";

/** How long a container's last words may take after its end. */
const LAST_WORDS_MS = 2000;
const POLL_MS = 50;

/** A container of an app: its words in a log file, its stdout in lines, gone from the engine when it has ended. */
export class Container extends EndedBySignal implements Service {
  readonly #container: Docker.Container;
  readonly #watch: EngineWatch;
  protected readonly lines: LineQueue;
  readonly #pid: number;
  readonly #sampler: ProcessSampler | null;
  readonly #containerSampler: ContainerSampler;
  protected readonly exited: Promise<Exit>;

  private constructor(
    container: Docker.Container,
    watch: EngineWatch,
    stdout: Readable,
    pid: number,
    stats: Readable,
  ) {
    super();
    this.#container = container;
    this.#watch = watch;
    this.lines = new LineQueue(stdout);
    this.#pid = pid;
    this.#sampler = isIn(pid, container.id) ? new ProcessSampler(pid) : null;
    this.#containerSampler = new ContainerSampler(stats);
    this.exited = this.#awaitEnd(stdout);
  }

  /**
   * @param container created, not started
   * @throws EngineTrouble
   */
  static async start(
    docker: Docker,
    container: Docker.Container,
    watch: EngineWatch,
    { app, name, folder }: Job,
  ): Promise<Container> {
    const what = `start ${nameOf(app)}`;
    const both = await ask(what, container.attach({ stream: true, stdout: true, stderr: true }));
    const stdout = new PassThrough();
    const log = createWriteStream(join(folder, `${name}.log`), { flags: "a" });
    docker.modem.demuxStream(both, stdout, log);
    both.on("error", () => {}); // Its close follows.
    both.on("close", () => {
      stdout.end();
      log.end();
    });
    await ask(what, container.start());
    const { State } = await ask(what, container.inspect());
    const stats = await ask(what, container.stats({ stream: true }));
    return new Container(container, watch, stdout, State.Pid, stats as unknown as Readable);
  }

  get samples(): readonly Sample[] {
    return this.#sampler?.samples ?? [];
  }

  get containerSamples(): readonly ContainerSample[] {
    return this.#containerSampler.samples;
  }

  signal(signal: NodeJS.Signals): void {
    if (this.#watch.isLost) this.#signalProcess(signal);
    // It has ended already, or the engine has: its end is awaited elsewhere.
    else this.#container.kill({ signal }).catch(() => {});
  }

  async #awaitEnd(stdout: Readable): Promise<Exit> {
    const ended = this.#container.wait().catch(() => null);
    const answer = await Promise.race([ended, this.#watch.lost.then(() => null)]);
    const exit = answer ? await this.#fate(answer.StatusCode) : await this.#endWithoutEngine();
    this.#sampler?.stop();
    this.#containerSampler.stop();
    await lastWordsOf(stdout);
    return exit;
  }

  /** How it ended; then it is removed. */
  async #fate(code: number): Promise<Exit> {
    try {
      const { State } = await this.#container.inspect();
      const cause =
        State.OOMKilled || this.#watch.ranOutOfMemory(this.#container.id) ? "out-of-memory" : null;
      await this.#container.remove({ force: true, v: true });
      return { code, signal: null, cause };
    } catch {
      return { code, signal: null, cause: this.#watch.isLost ? "engine-lost" : null };
    }
  }

  /** A container outlives its engine. Asked by the kernel's means it still writes every row it has. */
  async #endWithoutEngine(): Promise<Exit> {
    this.#signalProcess("SIGTERM");
    const killAt = performance.now() + GRACE_MS;
    while (isIn(this.#pid, this.#container.id)) {
      if (performance.now() > killAt) this.#signalProcess("SIGKILL");
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    return { code: null, signal: null, cause: "engine-lost" };
  }

  #signalProcess(signal: NodeJS.Signals): void {
    if (!isIn(this.#pid, this.#container.id)) return;
    try {
      process.kill(this.#pid, signal);
    } catch {
      // It ended between the look and the signal.
    }
  }
}

/** Whether a process number of this machine is one of the container's: engines may run elsewhere, numbers are reused. */
function isIn(pid: number, containerId: string): boolean {
  try {
    return pid > 0 && readFileSync(`/proc/${pid}/cgroup`, "latin1").includes(containerId);
  } catch {
    return false;
  }
}

async function lastWordsOf(stdout: Readable): Promise<void> {
  if (stdout.readableEnded) return;
  const late = AbortSignal.timeout(LAST_WORDS_MS);
  await once(stdout, "end", { signal: late }).catch(() => {});
}
