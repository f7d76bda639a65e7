import type {
  Excess,
  ProcessCounts,
  Exit as ProcessExit,
  ProcessTree,
  Stoppable,
  TreeUsage,
} from "@c10k-lab/process";
import type { ContainerSample, Manifest, Sample, SwarmNode, Trouble } from "@c10k-lab/protocol";
import type { CommandServer, ImageServer } from "../plan/foreign/foreign-server.ts";
import type { App } from "./apps.ts";

/** Runs servers and clients: as processes of this machine, in containers on its network, or on other machines. */
export interface Engine {
  readonly name: Manifest["engine"];
  /** The apps run elsewhere: this machine's processors, limits and counters are not theirs. Absent where they run here. */
  readonly remote?: Remote;

  /**
   * Builds the images that the apps need, and removes containers left over from a killed run.
   *
   * @param foreign images of foreign servers, which must exist
   * @param signal aborts the build
   * @returns image ids by app, or by name of a foreign image; null where the apps run from this checkout
   * @throws EngineTrouble
   */
  prepare(
    apps: readonly App[],
    foreign: readonly string[],
    signal: AbortSignal,
  ): Promise<Record<string, string> | null>;

  /** Returns the path of a file in a cell's folder, as the app sees it. */
  pathOf(folder: string, file: string, app: App): string;

  /** Returns the shell command that starts the same app. */
  commandOf(job: Job): string;

  /** @throws EngineTrouble */
  start(job: Job): Promise<Service>;

  /** Starts a foreign server. @throws EngineTrouble */
  startForeign(job: ForeignJob): Promise<ForeignService>;

  /** Removes the remaining containers of this run. */
  close(): Promise<void>;
}

/** Nodes of an engine whose apps run on other machines. */
interface Remote {
  /** Nodes by side, as they described themselves; empty before `prepare`. */
  readonly nodes: readonly SwarmNode[];
  /** Address on which the servers listen. */
  readonly host: string;
  /** Time in addition to that of a process until an app runs, ms. */
  readonly startMs: number;
}

/** An app to start. */
export interface Job {
  readonly app: App;
  /** Name, unique in the cell, also of the log file: `server`, `client-3`. */
  readonly name: string;
  readonly args: readonly string[];
  /** Folder of the cell, for result files and the log. */
  readonly folder: string;
  /** Processors it may run on; null for all. */
  readonly processors: readonly number[] | null;
  /** Number of connections it has to hold. */
  readonly connections: number;
}

/** A foreign server to start; its placeholders are filled in. */
export interface ForeignJob extends Omit<Job, "args"> {
  readonly server: CommandServer | ImageServer;
}

/** An app that was started. */
export interface Service
  extends Pick<Stoppable<Exit>, "nextLine" | "endWithin" | "stop" | "signal" | "exited"> {
  /** Counters of its processes; null when they run elsewhere. */
  readonly processes: ProcessCounts | null;
  /** Samples of /proc/PID/stat, from the start on. */
  readonly samples: readonly Sample[];
  /** Samples of the container engine; empty for a process. */
  readonly containerSamples: readonly ContainerSample[];
  /** Address of the engine that runs it, where that is not on the network of the lab; absent or null where it is. */
  readonly elsewhere?: string | null;
  /** Account of the node it ran on, known at its end; absent where it ran here, null where the account is lost. */
  readonly node?: NodeLook | null;
}

/** A foreign server that was started. */
export interface ForeignService extends Service {
  readonly processes: ProcessTree | null;
  /** Resolves when the command itself has ended; its daemons may go on. */
  readonly commandEnded: Promise<Exit>;
  /** Usage of all of its processes at their end; null where that is not known. */
  readonly finalUsage: TreeUsage | null;
  /** Processes that it left behind, and that were killed. */
  readonly killed: number;
  /** Limit that its processes exceeded, so that they were killed; null where they did not. */
  readonly excess: Excess | null;
  /** Resolves with whether a line of its output matches within the time. */
  waitForLine(pattern: RegExp, timeoutMs: number): Promise<boolean>;
}

/** Account of a node over the life of one process on it, as the kernel wrote it. */
export interface NodeLook {
  readonly name: string;
  readonly before: NodeTexts;
  readonly after: NodeTexts;
}

/** Texts of /proc on a node, and the moment of reading. */
export interface NodeTexts {
  readonly atMs: number;
  /** First line of /proc/stat: all processors together. */
  readonly stat: string;
  /** /proc/net/netstat and /proc/net/snmp of the node's own network. */
  readonly netstat: string;
  readonly snmp: string;
}

/** Exit of an app. */
export interface Exit extends ProcessExit {
  /** Event outside the app that ended it, or that took its results; absent or null when none is known. */
  readonly cause?: "out-of-memory" | "engine-lost" | "node-lost" | "restarted" | "results-lost" | null;
  /** Node of a swarm that it ran on. */
  readonly node?: string;
  /** Names of the files that did not arrive whole. */
  readonly lost?: readonly string[];
}

/** A failure of the engine itself, with its reason. */
export class EngineTrouble extends Error {
  readonly fact: Trouble;

  constructor(fact: Trouble) {
    super(fact.trouble);
    this.fact = fact;
  }
}
