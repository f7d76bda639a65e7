import { pause, within } from "@c10k-lab/process";
import type Docker from "dockerode";
import { RUN_LABEL } from "../docker/labels.ts";

const POLL_MS = 250;
/** A manager that takes longer for an answer is gone. */
const ANSWER_MS = 10_000;
/** Time that the managers may take to elect a leader. */
const ELECTION_MS = 15_000;

/** States of a task before it runs, and after it ran. */
const BEFORE = ["new", "allocated", "pending", "assigned", "accepted", "preparing", "ready", "starting"];
const AFTER = ["complete", "shutdown", "failed", "rejected", "remove", "orphaned"];

/** State of a service's task, as far as the managers know. */
export interface TaskState {
  readonly state: string;
  readonly node: string;
  /** Reason of the state; empty where there is none. */
  readonly answer: string;
  readonly exitCode: number | null;
  readonly hasBegun: boolean;
  readonly hasEnded: boolean;
  /** The node has left, or does not answer the managers. */
  readonly isNodeLost: boolean;
  /** The swarm has started another task in its place. */
  readonly isRestarted: boolean;
}

/** Fields of the API that are read here. */
interface Task {
  readonly ServiceID: string;
  readonly NodeID?: string;
  readonly CreatedAt: string;
  readonly Status: {
    readonly State: string;
    readonly Message?: string;
    readonly Err?: string;
    readonly ContainerStatus?: { readonly ExitCode?: number };
  };
}

/** Asks a manager for the tasks of a run, several times a second: the API reports no events of tasks. */
export class TaskWatch {
  /** Resolves when no manager answers any more. */
  readonly lost: Promise<void>;
  readonly #docker: Docker;
  readonly #run: string;
  readonly #names: ReadonlyMap<string, string>;
  readonly #waiting = new Set<() => void>();
  #tasks: readonly Task[] = [];
  #lostNodes = new Set<string>();
  #isStopped = false;
  #isLost = false;

  /** @param names of nodes by id */
  constructor(docker: Docker, run: string, names: ReadonlyMap<string, string>) {
    this.#docker = docker;
    this.#run = run;
    this.#names = names;
    this.lost = this.#poll();
  }

  get isLost(): boolean {
    return this.#isLost;
  }

  stop(): void {
    this.#isStopped = true;
  }

  /** Returns the state of a service's task; null before there is one, and after it was removed. */
  stateOf(service: string): TaskState | null {
    const tasks = this.#tasks
      .filter(({ ServiceID }) => ServiceID === service)
      .sort((a, b) => a.CreatedAt.localeCompare(b.CreatedAt));
    const [first] = tasks;
    if (first === undefined) return null;
    const { State: state, Err, Message, ContainerStatus } = first.Status;
    const isNodeLost = first.NodeID !== undefined && this.#lostNodes.has(first.NodeID);
    return {
      state,
      node: this.#names.get(first.NodeID ?? "") ?? first.NodeID ?? "",
      answer: Err ?? (BEFORE.includes(state) ? (Message ?? "") : ""),
      exitCode: ContainerStatus?.ExitCode ?? null,
      hasBegun: !BEFORE.includes(state),
      hasEnded: AFTER.includes(state) || isNodeLost,
      isNodeLost,
      isRestarted: tasks.length > 1,
    };
  }

  /** Resolves at the next look at the tasks. */
  nextLook(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.add(resolve);
    });
  }

  async #poll(): Promise<void> {
    let silentSinceMs: number | null = null;
    while (!this.#isStopped) {
      try {
        await this.#look();
        silentSinceMs = null;
      } catch (error) {
        silentSinceMs ??= performance.now();
        // A manager that answers, but knows no leader, may know one soon.
        const isAlive = (error as { statusCode?: number }).statusCode !== undefined;
        if (!isAlive || performance.now() - silentSinceMs > ELECTION_MS) break;
      }
      this.#wake();
      await pause(POLL_MS);
    }
    if (this.#isStopped) return new Promise(() => {});
    this.#isLost = true;
    this.#wake();
  }

  async #look(): Promise<void> {
    const filters = { label: [`${RUN_LABEL}=${this.#run}`] };
    const late = () => "no answer";
    const [tasks, nodes] = await Promise.all([
      within(ANSWER_MS, this.#docker.listTasks({ filters }) as Promise<Task[]>, late),
      within(ANSWER_MS, this.#docker.listNodes(), late),
    ]);
    this.#tasks = tasks;
    const ready = new Set(nodes.filter(({ Status }) => Status.State === "ready").map(({ ID }) => ID));
    const all = [...this.#names.keys()];
    this.#lostNodes = new Set(all.filter((id) => !ready.has(id)));
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}
