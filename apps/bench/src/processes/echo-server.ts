import { type Child, cpuUs } from "@c10k-lab/process";
import { ListeningLine } from "@c10k-lab/protocol";
import type { Children } from "./children.ts";
import { DELAY, DELAY_MS } from "./delay.ts";
import type { Scene } from "./scene.ts";
import type { Side } from "./servers.ts";

/** Bound for the first line of a server. */
const READY_MS = 30_000;
/** Descriptors that a Node process holds in addition to its connections, rounded up. */
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

  /** @throws Error with one sentence when the server does not listen */
  static async start(
    children: Children,
    side: Side,
    scene: Scene,
    processors: readonly number[] | null,
  ): Promise<EchoServer> {
    const name = `${side.name} ${scene.server} with ${scene.connections} connections`;
    const child = children.start(side.program(scene), ["--port", "0", ...buildOptions(scene)], processors);
    const line = await child.nextLine(READY_MS);
    if (line === null) throw new Error(`${name} does not listen: ${lastErrorOf(child)}`);
    return new EchoServer(name, Listening.parse(JSON.parse(line)).port, child);
  }

  /** CPU time since the start, user and system. */
  get cpuMs(): number {
    return cpuUs(this.#child.pid) / 1000;
  }

  /** @throws Error with one sentence when the exit code is not 0 */
  async stop(): Promise<void> {
    const { code } = await this.#child.stop();
    if (code !== 0) throw new Error(`${this.name} ended with ${code}: ${lastErrorOf(this.#child)}`);
  }
}

/** Returns the last line that a child wrote to stderr. */
export function lastErrorOf(child: Child): string {
  return child.lastErrorLine || "it said nothing";
}

function buildOptions({ server, connections }: Scene): string[] {
  if (server === DELAY) return ["--delay-us", `${DELAY_MS.from * 1000}..${DELAY_MS.to * 1000}`];
  if (server !== "select") return [];
  // Bitmaps of the same size on both sides of a pair, because select(2) copies them at every call.
  return ["--fd-setsize", String(Math.ceil((connections + OWN_DESCRIPTORS) / 1024) * 1024)];
}
