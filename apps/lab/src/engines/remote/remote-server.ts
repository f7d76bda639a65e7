import type { Readable } from "node:stream";
import { type LineQueue, pause, Stoppable, within } from "@c10k-lab/process";
import type { ContainerSample, Sample } from "@c10k-lab/protocol";
import type Docker from "dockerode";
import { ask } from "../docker/ask.ts";
import { ContainerSampler } from "../docker/container-sampler.ts";
import type { EngineWatch } from "../docker/engine-watch.ts";
import type { Exit, Job, NodeLook, Service } from "../engine.ts";
import { exitOf } from "../swarm/hand-over.ts";
import { HandedOutput, LAST_LINES_MS, STOP_MS } from "../swarm/handed-output.ts";

/** An engine that does not answer keeps the container, and the next start removes it. */
const REMOVE_MS = 10_000;

/** Names for messages and files. */
export interface Place extends Pick<Job, "name" | "folder"> {
  /** Name of the engine's machine in the results. */
  readonly machine: string;
}

/** An app in a container of an engine on another machine. Its files come back through its output; then it is removed. */
export class RemoteServer extends Stoppable<Exit> implements Service {
  /** The processes run elsewhere. */
  readonly processes = null;
  readonly exited: Promise<Exit>;
  protected readonly lines: LineQueue;
  readonly #container: Docker.Container;
  readonly #watch: EngineWatch;
  readonly #machine: string;
  readonly #output: HandedOutput;
  readonly #containerSampler: ContainerSampler;
  readonly #killed = Promise.withResolvers<void>();

  private constructor(
    container: Docker.Container,
    watch: EngineWatch,
    place: Place,
    streams: { readonly both: Readable; readonly stats: Readable; readonly docker: Docker },
  ) {
    super();
    this.#container = container;
    this.#watch = watch;
    this.#machine = place.machine;
    this.#output = new HandedOutput(streams.docker, streams.both, place);
    this.lines = this.#output.lines;
    this.#containerSampler = new ContainerSampler(streams.stats);
    this.exited = this.#awaitEnd().finally(() => {
      this.#containerSampler.stop();
      return this.#output.close();
    });
  }

  /** @param container created, not started. @throws EngineTrouble */
  static async start(
    docker: Docker,
    container: Docker.Container,
    watch: EngineWatch,
    place: Place,
  ): Promise<RemoteServer> {
    const what = `start ${place.name}`;
    const both = await ask(what, container.attach({ stream: true, stdout: true, stderr: true }));
    await ask(what, container.start());
    const stats = await ask(what, container.stats({ stream: true }));
    const streams = { both: both as unknown as Readable, stats: stats as unknown as Readable, docker };
    return new RemoteServer(container, watch, place, streams);
  }

  get samples(): readonly Sample[] {
    return this.#output.files.samples;
  }

  get containerSamples(): readonly ContainerSample[] {
    return this.#containerSampler.samples;
  }

  get node(): NodeLook | null {
    return this.#output.files.lookOf(this.#machine);
  }

  /** SIGKILL gives the container up, with all that it has not handed over. */
  signal(signal: NodeJS.Signals): void {
    if (signal === "SIGKILL") this.#killed.resolve();
    // A failure means that the container or the engine has ended; #awaitEnd sees both.
    else this.#container.kill({ signal }).catch(() => {});
  }

  override stop(): Promise<Exit> {
    this.signal("SIGTERM");
    return this.endWithin(STOP_MS);
  }

  async #awaitEnd(): Promise<Exit> {
    const node = this.#machine;
    const handedOver = this.#output.handedOver.then((result) => exitOf(result, node));
    const exit = await Promise.race([
      handedOver,
      this.#awaitContainerEnd(handedOver),
      this.#watch.lost.then((): Exit => ({ code: null, signal: null, cause: "engine-lost" })),
      this.#killed.promise.then((): Exit => ({ code: null, signal: "SIGKILL", node })),
    ]);
    if (exit.cause !== "engine-lost") await this.#remove();
    return exit;
  }

  /** Waits for the end of the container, and then for what it has handed over. */
  async #awaitContainerEnd(handedOver: Promise<Exit>): Promise<Exit> {
    const code = await this.#container.wait().then(
      ({ StatusCode }) => StatusCode as number,
      () => null,
    );
    const exit: Exit = { code, signal: null, node: this.#machine };
    const late = pause(LAST_LINES_MS).then((): Exit => {
      if (this.#watch.ranOutOfMemory(this.#container.id)) return { ...exit, cause: "out-of-memory" };
      // A killed app hands over nothing, and its exit code says so; one that ended well has.
      return code ? exit : { ...exit, cause: "results-lost", lost: ["all"] };
    });
    return Promise.race([handedOver, late]);
  }

  async #remove(): Promise<void> {
    const removal = this.#container.remove({ force: true, v: true });
    await within(REMOVE_MS, removal, () => "not removed").catch(() => {});
  }
}
