import { pause } from "@c10k-lab/process";
import { type ClientMemory, type ControlAnswer, REST_MS } from "@c10k-lab/protocol";
import type { Service } from "../engines/engine.ts";
import { DirectedClient } from "../slices/directed-client.ts";

/** Time in which clients open their connections: for all, and for each connection on the slowest machine. */
const READY_MS = 120_000;
const READY_EACH_MS = 2;
/** Time in which servers have given back what opening connections took: two looks whether they rest, and a sample. */
const SETTLED_MS = 2 * REST_MS + 250;

/** All clients of a cell when they stand by. */
export interface Gathered {
  readonly open: number;
  readonly memory: ClientMemory;
}

/** Gate before the first message: clients of this machine wait at it until all have opened their connections. */
export class Gate {
  readonly #links: readonly DirectedClient[];

  private constructor(links: readonly DirectedClient[]) {
    this.#links = links;
  }

  static async open(clients: number): Promise<Gate> {
    return new Gate(await Promise.all(Array.from({ length: clients }, () => DirectedClient.listen())));
  }

  /** Addresses for `--gate`. */
  get addresses(): string[] {
    return this.#links.map(({ address }) => address);
  }

  /** Waits until all clients stand by. @returns null when one has ended, or does not come in time */
  async gather(clients: readonly Service[], connections: number): Promise<Gathered | null> {
    const timeoutMs = READY_MS + READY_EACH_MS * connections;
    const answers = await Promise.all(
      this.#links.map((link, index) =>
        Promise.race([link.connected(timeoutMs), clients[index]?.exited.then(() => null) ?? null]),
      ),
    );
    const given = answers.filter((answer) => answer !== null);
    return given.length < answers.length ? null : addGathered(given);
  }

  /** Waits until the servers have given unused memory back, or until a client has ended. */
  async settle(clients: readonly Service[]): Promise<void> {
    await Promise.race([pause(SETTLED_MS), ...clients.map(({ exited }) => exited)]);
  }

  /** Gives the word for the first message. */
  async pass(): Promise<void> {
    await Promise.all(this.#links.map((link) => link.release()));
  }
}

function addGathered(answers: readonly ControlAnswer[]): Gathered {
  const sum = (read: (answer: ControlAnswer) => number) =>
    answers.reduce((total, answer) => total + read(answer), 0);
  return {
    open: sum(({ open }) => open),
    memory: {
      atRestKiB: sum(({ memory }) => memory?.atRestKiB ?? 0),
      heldKiB: sum(({ memory }) => memory?.heldKiB ?? 0),
    },
  };
}
