import type { Readable } from "node:stream";
import { type LineQueue, pause, Stoppable } from "@c10k-lab/process";
import type { Sample } from "@c10k-lab/protocol";
import type Docker from "dockerode";
import { ask } from "../docker/ask.ts";
import { EngineTrouble, type Exit, type Job, type NodeLook, type Service } from "../engine.ts";
import { exitOf } from "./hand-over.ts";
import { HandedOutput, LAST_LINES_MS, STOP_MS } from "./handed-output.ts";
import { specOf, stoppedSpecOf, type TaskRequest } from "./service-spec.ts";
import type { TaskState, TaskWatch } from "./task-watch.ts";

/** A task that does not run within this time does not run at all: image and node are known to be there. */
const BEGIN_MS = 60_000;

/** Names for messages and files. */
export interface Place extends Pick<Job, "name" | "folder"> {
  /** Name of the image, whose id the request has. */
  readonly image: string;
}

/** An app as the only task of a service. Its files come back through the log of the service, which is removed at its end. */
export class SwarmTask extends Stoppable<Exit> implements Service {
  readonly processes = null;
  readonly containerSamples = [];
  readonly exited: Promise<Exit>;
  protected readonly lines: LineQueue;
  readonly #service: Docker.Service;
  readonly #request: TaskRequest;
  readonly #watch: TaskWatch;
  readonly #output: HandedOutput;
  readonly #killed = Promise.withResolvers<"killed">();
  /** State of the task when it had begun. */
  readonly #begun: TaskState;
  #isTold = false;

  private constructor(
    docker: Docker,
    service: Docker.Service,
    request: TaskRequest,
    watch: TaskWatch,
    { place, logs, begun }: { place: Place; logs: Readable; begun: TaskState },
  ) {
    super();
    this.#service = service;
    this.#request = request;
    this.#watch = watch;
    this.#begun = begun;
    this.#output = new HandedOutput(docker, logs, place);
    this.lines = this.#output.lines;
    this.exited = this.#awaitEnd().finally(() => this.#output.close());
  }

  /**
   * Starts a task and waits until it runs.
   *
   * @throws EngineTrouble when it does not
   */
  static async start(
    docker: Docker,
    request: TaskRequest,
    watch: TaskWatch,
    place: Place,
  ): Promise<SwarmTask> {
    const created = await ask(`start ${place.name}`, docker.createService(specOf(request)));
    const service = docker.getService(created.id);
    let logs: Readable | undefined;
    try {
      const options = { follow: true, stdout: true, stderr: true } as const;
      logs = (await ask(`follow the log of ${place.name}`, service.logs(options))) as Readable;
      const begun = await awaitBegin(service.id, watch, place);
      return new SwarmTask(docker, service, request, watch, { place, logs, begun });
    } catch (error) {
      logs?.destroy();
      await service.remove().catch(() => {});
      throw error;
    }
  }

  get samples(): readonly Sample[] {
    return this.#output.files.samples;
  }

  get node(): NodeLook | null {
    return this.#output.files.lookOf(this.#begun.node);
  }

  /** SIGTERM takes its task from the service. SIGKILL gives the service up, with all that it has not handed over. */
  signal(signal: NodeJS.Signals): void {
    this.#isTold = true;
    if (signal === "SIGKILL") this.#killed.resolve("killed");
    // A failure means that the service has been removed or that the engine is gone; #awaitEnd sees both.
    else void this.#stopTask().catch(() => {});
  }

  override stop(): Promise<Exit> {
    this.signal("SIGTERM");
    return this.endWithin(STOP_MS);
  }

  async #stopTask(): Promise<void> {
    const { Version } = await this.#service.inspect();
    await this.#service.update({ _query: { version: Version.Index }, _body: stoppedSpecOf(this.#request) });
  }

  async #awaitEnd(): Promise<Exit> {
    const handedOver = this.#awaitHandOver();
    const exit = await Promise.race([
      handedOver,
      this.#awaitTaskEnd(handedOver),
      this.#watch.lost.then((): Exit => ({ code: null, signal: null, cause: "engine-lost" })),
      this.#killed.promise.then((): Exit => ({ code: null, signal: "SIGKILL", node: this.#begun.node })),
    ]);
    if (exit.cause !== "engine-lost") await this.#service.remove().catch(() => {});
    return exit;
  }

  /** Waits for what an app hands over, and finds out whether it ended because the swarm had started another task. */
  async #awaitHandOver(): Promise<Exit> {
    const { node } = this.#begun;
    const exit = exitOf(await this.#output.handedOver, node);
    if (this.#isTold) return exit;
    // The look under way may be older than the end.
    for (let looks = 0; looks < 2; looks++) await this.#watch.nextLook();
    const isRestarted = this.#watch.stateOf(this.#service.id)?.isRestarted ?? false;
    return isRestarted ? { ...exit, cause: "restarted" } : exit;
  }

  /** Waits for the end of the task, and then for what it has handed over. */
  async #awaitTaskEnd(handedOver: Promise<Exit>): Promise<Exit> {
    const end = await this.#awaitLastState();
    const exit = { code: end.exitCode, signal: null, node: end.node };
    if (end.isRestarted) return { ...exit, cause: "restarted" };
    if (end.isNodeLost) return { ...exit, cause: "node-lost" };
    const late = pause(LAST_LINES_MS).then(
      // A killed app hands over nothing, and its exit code says so; one that ended well has.
      (): Exit => (end.exitCode ? exit : { ...exit, cause: "results-lost", lost: ["all"] }),
    );
    return Promise.race([handedOver, late]);
  }

  async #awaitLastState(): Promise<TaskState> {
    let last = this.#begun;
    for (;;) {
      const state = this.#watch.stateOf(this.#service.id);
      if (state === null) return last;
      if (state.hasEnded || state.isRestarted) return state;
      last = state;
      await this.#watch.nextLook();
    }
  }
}

/** Waits until a task runs or has run. @throws EngineTrouble */
async function awaitBegin(service: string, watch: TaskWatch, { name, image }: Place): Promise<TaskState> {
  const untilMs = performance.now() + BEGIN_MS;
  for (;;) {
    const state = watch.stateOf(service);
    if (state && hasRun(state)) return state;
    if (watch.isLost)
      throw new EngineTrouble({ trouble: "engine-lost", request: `start ${name}`, cell: null });
    if (state?.hasEnded || performance.now() > untilMs) throw whyNot(name, image, state);
    await watch.nextLook();
  }
}

/** Returns whether a task runs or has run: one that has failed may have done so before its first instruction. */
function hasRun({ state, answer, hasBegun }: TaskState): boolean {
  const isRefused = state === "failed" && answer.startsWith("starting container failed");
  return hasBegun && !isRefused && !["rejected", "orphaned", "remove"].includes(state);
}

function whyNot(process: string, image: string, task: TaskState | null): EngineTrouble {
  const { state = "not there", answer = "", node = "" } = task ?? {};
  if (/no such image/i.test(answer)) return new EngineTrouble({ trouble: "image-not-on-node", image, node });
  return new EngineTrouble({ trouble: "task-not-started", process, state, answer });
}
