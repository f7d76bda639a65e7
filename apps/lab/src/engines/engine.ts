import type { ContainerSample, Manifest, Sample } from "@c10k-lab/protocol";
import type { App } from "./apps.ts";

/** Where servers and clients run: as processes of this machine, or in containers on its network. */
export interface Engine {
  readonly name: Manifest["engine"];

  /**
   * Makes ready what the apps need, and removes what a killed run left behind.
   *
   * @param signal aborts what takes long
   * @returns ids of images by app; null where the apps run from this checkout
   * @throws EngineTrouble
   */
  prepare(apps: readonly App[], signal: AbortSignal): Promise<Record<string, string> | null>;

  /** A file of a cell's folder, as the app sees it. */
  pathOf(folder: string, file: string): string;

  /** What a person would type to start the same. */
  commandOf(job: Job): string;

  /** @throws EngineTrouble */
  start(job: Job): Promise<Service>;

  /** Removes what is left of this run. */
  close(): Promise<void>;
}

/** An app to start. */
export interface Job {
  readonly app: App;
  /** Unique in its cell, also the name of its log: `server`, `client-3`. */
  readonly name: string;
  readonly args: readonly string[];
  /** The cell's folder, where its files and its log go. */
  readonly folder: string;
  /** It may run on these; null for all. */
  readonly processors: readonly number[] | null;
  /** Connections it has to hold. */
  readonly connections: number;
}

/** An app that was started. */
export interface Service {
  /** The next line of its stdout; null when there will be none, or none came in time. */
  nextLine(timeoutMs: number): Promise<string | null>;

  /** Waits for it to end by itself, at most `timeoutMs`; then it is killed. */
  endWithin(timeoutMs: number): Promise<Exit>;

  /** Asks it to end, and ends it when it does not within a grace time. */
  stop(): Promise<Exit>;

  signal(signal: NodeJS.Signals): void;

  /** What was seen of it from outside, from its start on. */
  readonly samples: readonly Sample[];
  /** The same by the container engine; empty where there is none. */
  readonly containerSamples: readonly ContainerSample[];
}

/** How an app ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** What ended it from outside, where that is known. */
  readonly cause: "out-of-memory" | "engine-lost" | null;
}

/** The engine cannot do what it is there for; the message is a whole sentence. */
export class EngineTrouble extends Error {
  readonly outcome: "no-engine" | "no-image" | "engine-refused" | "engine-lost";

  constructor(outcome: EngineTrouble["outcome"], message: string) {
    super(message);
    this.outcome = outcome;
  }
}

/** Time between asking an app to end and ending it. */
export const GRACE_MS = 10_000;
