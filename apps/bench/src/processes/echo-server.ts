import { ListeningLine } from "@c10k-lab/protocol";
import type { Child } from "./child.ts";
import type { Children } from "./children.ts";
import { cpuTimeUs } from "./cpu-time.ts";
import { DELAY, DELAY_MS } from "./delay.ts";
import type { Scene } from "./scene.ts";
import type { Side } from "./servers.ts";

/** A server that has not said it listens by then is broken. */
const READY_MS = 30_000;
const STOP_MS = 10_000;
/** Descriptors a Node process holds beside its connections, generously. */
const OWN_DESCRIPTORS = 64;

const Listening = ListeningLine.pick({ event: true, port: true, pid: true });

/** A server that listens. */
export class EchoServer {
  readonly name: string;
  readonly port: number;
  readonly #child: Child;

  private constructor(name: string, port: number, child: Child) {
    this.name = name;
    this.port = port;
    this.#child = child;
  }

  /** @throws Error with one sentence when it does not listen */
  static async start(
    children: Children,
    side: Side,
    scene: Scene,
    processor: number | undefined,
  ): Promise<EchoServer> {
    const name = `${side.name} ${scene.server} with ${scene.connections} connections`;
    const child = children.start(side.program(scene.server), serverArgs(scene), processor);
    const line = await child.firstLine(READY_MS);
    if (line === null) throw new Error(`${name} does not listen: ${child.lastWords}`);
    return new EchoServer(name, Listening.parse(JSON.parse(line)).port, child);
  }

  /** Of user and kernel, since it was started. */
  get cpuTimeUs(): number {
    return cpuTimeUs(this.#child.pid);
  }

  /** @throws Error with one sentence when it does not end well */
  async stop(): Promise<void> {
    const code = await this.#child.stop(STOP_MS);
    if (code !== 0) throw new Error(`${this.name} ended with ${code}: ${this.#child.lastWords}`);
  }
}

function serverArgs(scene: Scene): string[] {
  return ["--port", "0", ...ownArgs(scene)];
}

function ownArgs({ server, connections }: Scene): string[] {
  if (server === DELAY) return ["--delay-us", `${DELAY_MS.from * 1000}..${DELAY_MS.to * 1000}`];
  if (server !== "select") return [];
  // Both sides of a pair get bitmaps of the same size: they are copied for every wait.
  return ["--fd-setsize", String(Math.ceil((connections + OWN_DESCRIPTORS) / 1024) * 1024)];
}
