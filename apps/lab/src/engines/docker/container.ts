import { once } from "node:events";
import { createWriteStream, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { type Duplex, PassThrough, type Readable } from "node:stream";
import {
  type BoundedLog,
  countProcess,
  GRACE_MS,
  LineQueue,
  type ProcessCounts,
  pause,
  readOr,
  Stoppable,
  within,
} from "@c10k-lab/process";
import type { ContainerSample, Sample } from "@c10k-lab/protocol";
import type Docker from "dockerode";
import { nameOf } from "../apps.ts";
import { EngineTrouble, type Exit, type Job, type Service } from "../engine.ts";
import { ProcessSampler } from "../process-sampler.ts";
import { ANSWER_MS, ask } from "./ask.ts";
import { ContainerSampler } from "./container-sampler.ts";
import { engineAddress } from "./engine-address.ts";
import type { EngineWatch } from "./engine-watch.ts";

/** Time that the rest of a container's output may take after its end. */
const LAST_OUTPUT_MS = 2000;
const POLL_MS = 50;

/** A program in a container: stderr goes to its log, stdout is read as lines. It is removed from the engine at its end. */
export class Container extends Stoppable<Exit> implements Service {
  /** Process number on this machine; null when the engine runs elsewhere. */
  readonly pid: number | null;
  readonly #container: Docker.Container;
  readonly #watch: EngineWatch;
  /** Both outputs, as the engine sends them. */
  readonly #output: Duplex;
  protected readonly lines: LineQueue;
  readonly #pid: number;
  /** null when the engine runs elsewhere. */
  readonly processes: ProcessCounts | null;
  readonly #sampler: ProcessSampler | null;
  readonly #containerSampler: ContainerSampler;
  readonly exited: Promise<Exit>;
  readonly elsewhere: string | null;

  private constructor(
    container: Docker.Container,
    watch: EngineWatch,
    output: Duplex,
    stdout: Readable,
    pid: number,
    stats: Readable,
  ) {
    super();
    this.#container = container;
    this.#watch = watch;
    this.#output = output;
    this.lines = new LineQueue(stdout);
    this.#pid = pid;
    const isHere = isInContainer(pid, container.id);
    this.pid = isHere ? pid : null;
    // A container that has ended has no process anywhere.
    this.elsewhere = pid === 0 || (isHere && isOnThisNetwork(pid)) ? null : engineAddress();
    this.processes = isHere ? countProcess(pid) : null;
    this.#sampler = isHere ? new ProcessSampler(pid) : null;
    this.#containerSampler = new ContainerSampler(stats);
    this.exited = this.#awaitEnd(stdout);
  }

  /**
   * @param container created, not started
   * @param log takes stderr instead of the log file, and stdout too
   * @throws EngineTrouble
   */
  static async start(
    docker: Docker,
    container: Docker.Container,
    watch: EngineWatch,
    { app, name, folder }: Pick<Job, "app" | "name" | "folder">,
    log: BoundedLog | null = null,
  ): Promise<Container> {
    const what = `start ${nameOf(app)}`;
    const both = await ask(what, container.attach({ stream: true, stdout: true, stderr: true }));
    const stdout = new PassThrough();
    const stderr = log ? new PassThrough() : createWriteStream(join(folder, `${name}.log`), { flags: "a" });
    if (stderr instanceof PassThrough) for (const stream of [stdout, stderr]) log?.take(stream);
    docker.modem.demuxStream(both, stdout, stderr);
    both.on("error", () => {}); // The event "close" follows.
    both.on("close", () => {
      stdout.end();
      stderr.end();
    });
    await ask(what, container.start());
    const { State } = await ask(what, container.inspect());
    const stats = await ask(what, container.stats({ stream: true }));
    return new Container(container, watch, both as Duplex, stdout, State.Pid, stats as unknown as Readable);
  }

  /** Drops all further lines of stdout. */
  dropLines(): void {
    this.lines.dropRest();
  }

  get samples(): readonly Sample[] {
    return this.#sampler?.samples ?? [];
  }

  get containerSamples(): readonly ContainerSample[] {
    return this.#containerSampler.samples;
  }

  signal(signal: NodeJS.Signals): void {
    if (this.#watch.isLost) {
      this.#signalProcess(signal);
      return;
    }
    // A failure means that the container or the engine has ended; #awaitEnd sees both.
    const sent = this.#container.kill({ signal }).catch(() => {});
    const due = signal === "SIGKILL" ? sent.then(() => this.exited) : sent;
    // An engine that hangs would let the lab wait without limit.
    void within(ANSWER_MS, due, () => "no answer").catch(() => this.#watch.lose());
  }

  async #awaitEnd(stdout: Readable): Promise<Exit> {
    const ended = this.#container.wait().catch(() => null);
    const answer = await Promise.race([ended, this.#watch.lost.then(() => null)]);
    const exit = answer ? await this.#inspectExit(answer.StatusCode) : await this.#endWithoutEngine();
    this.#sampler?.stop();
    this.#containerSampler.stop();
    await awaitLastOutput(stdout);
    this.#output.destroy();
    return exit;
  }

  /** Reads how the container ended, and removes it. */
  async #inspectExit(code: number): Promise<Exit> {
    try {
      const { State } = await ask("inspect a container", this.#container.inspect());
      const cause =
        State.OOMKilled || this.#watch.ranOutOfMemory(this.#container.id) ? "out-of-memory" : null;
      await ask("remove a container", this.#container.remove({ force: true, v: true }));
      return { code, signal: null, cause };
    } catch (error) {
      if (error instanceof EngineTrouble && error.fact.trouble === "engine-lost") this.#watch.lose();
      return { code, signal: null, cause: this.#watch.isLost ? "engine-lost" : null };
    }
  }

  /** Ends a container that has outlived its engine with plain signals, so that the app still writes all rows. */
  async #endWithoutEngine(): Promise<Exit> {
    this.#signalProcess("SIGTERM");
    const killAt = performance.now() + GRACE_MS;
    while (isInContainer(this.#pid, this.#container.id)) {
      if (performance.now() > killAt) this.#signalProcess("SIGKILL");
      await pause(POLL_MS);
    }
    return { code: null, signal: null, cause: "engine-lost" };
  }

  #signalProcess(signal: NodeJS.Signals): void {
    if (!isInContainer(this.#pid, this.#container.id)) return;
    try {
      process.kill(this.#pid, signal);
    } catch {
      // It ended between the check and the signal.
    }
  }
}

/** Returns whether a local process belongs to the container: an engine may run elsewhere, and numbers are reused. */
function isInContainer(pid: number, containerId: string): boolean {
  return pid > 0 && readOr(false, () => readFileSync(`/proc/${pid}/cgroup`, "latin1").includes(containerId));
}

/** Returns whether a local process has the network of this one, or that is not known. */
function isOnThisNetwork(pid: number): boolean {
  return readOr(true, () => readlinkSync(`/proc/${pid}/ns/net`) === readlinkSync("/proc/self/ns/net"));
}

async function awaitLastOutput(stdout: Readable): Promise<void> {
  if (stdout.readableEnded) return;
  await within(LAST_OUTPUT_MS, once(stdout, "end"), () => "no end of output").catch(() => {});
}
