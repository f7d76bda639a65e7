import { callAfter, pause } from "@c10k-lab/process";
import { Client } from "../harness/client.ts";
import type { ProcessTree } from "../target/process-tree.ts";
import type { Target } from "../target/target.ts";
import { CaseFailure, FULL, NotApplicable } from "./case-failure.ts";
import { REPLY_BOUND_MS, Talker } from "./talker.ts";

const WINDOW_MS = 1000;
const WINDOWS = 4;
/** Share of the time it could have above which a server spins: a loop without a wait takes all it can get. */
const SPIN_SHARE = 0.15;

/** A case's visit to a server: its clients, and a look at the server's processes. Disposal closes the clients. */
export class Visit implements Disposable {
  readonly target: Target;
  readonly #talkers: Talker[] = [];

  constructor(target: Target) {
    this.target = target;
  }

  /** @throws NotApplicable when the server's processes cannot be seen */
  get processes(): ProcessTree {
    if (!this.target.processes)
      throw new NotApplicable("needs a look at the server's processes: give --command");
    return this.target.processes;
  }

  /** @throws CaseFailure when the server does not let the client in */
  async connect({ paused = false, boundMs = REPLY_BOUND_MS } = {}): Promise<Talker> {
    const { host, port } = this.target;
    const { promise: late, reject } = Promise.withResolvers<never>();
    const cancel = callAfter(boundMs, () =>
      reject(new CaseFailure(`connect(2) had no answer after ${boundMs} ms`)),
    );
    const connecting = Client.connect(port, { host, paused });
    try {
      return this.#enter(await Promise.race([connecting, late]));
    } catch (error) {
      connecting.then(
        (client) => client.socket.destroy(),
        () => {},
      );
      if (error instanceof CaseFailure) throw error;
      throw new CaseFailure(`connect(2) failed: ${(error as NodeJS.ErrnoException).code}`);
    } finally {
      cancel();
    }
  }

  /** Connects a client that reads nothing until `resume`, with the smallest receive buffer the kernel allows. */
  async connectSlowReader(): Promise<Talker> {
    const { host, port } = this.target;
    if (host.includes(":")) return this.connect({ paused: true });
    return this.#enter(Client.withTinyWindow(port, host));
  }

  /** Connects clients one after the other; each exchanges a line before the next one connects. */
  async connectServed(count: number): Promise<Talker[]> {
    const talkers: Talker[] = [];
    for (let at = 1; at <= count; at++) {
      const talker = await this.connect();
      await this.#expectPlace(talker, `client ${at} of ${count}`);
      talkers.push(talker);
    }
    return talkers;
  }

  /** Expects an echo, and names the client when there is none. */
  async expectServed(talker: Talker, name: string, boundMs = REPLY_BOUND_MS): Promise<void> {
    try {
      await talker.exchange(`line of ${name}\n`, boundMs);
    } catch (error) {
      if (!(error instanceof CaseFailure)) throw error;
      const { observed, ...further } = error.evidence;
      throw new CaseFailure(`${name}: ${observed}`, further, error.hint);
    }
  }

  /** Some client got more bytes than it had sent, so another's may be among them. */
  get hasStrayBytes(): boolean {
    return this.#talkers.some(({ client, sentBytes }) => client.receivedBytes > sentBytes);
  }

  #enter(client: Client): Talker {
    const talker = new Talker(client);
    this.#talkers.push(talker);
    return talker;
  }

  /** Expects an echo of a client that finds others connected. */
  async #expectPlace(talker: Talker, name: string): Promise<void> {
    try {
      await this.expectServed(talker, name);
    } catch (error) {
      const isUnserved = error instanceof CaseFailure && talker.client.receivedBytes === 0;
      if (!isUnserved || this.hasStrayBytes) throw error;
      const { observed, ...further } = error.evidence;
      throw new CaseFailure(observed, further, error.hint ?? FULL);
    }
  }

  /** Runs an action while the server is frozen, or at once when its processes cannot be seen. */
  async whileFrozen(action: () => Promise<void>): Promise<void> {
    const { processes } = this.target;
    await processes?.freeze();
    try {
      await action();
    } finally {
      processes?.thaw();
    }
  }

  /**
   * Returns the smallest share of a processor's time that the server used in one of some windows of a second. Time in which
   * its threads waited for a processor that others had does not count: a server that spins has a share of one on a full
   * machine, too.
   */
  async measureCpuShare(): Promise<number> {
    let least = Number.POSITIVE_INFINITY;
    for (let window = 0; window < WINDOWS && least > SPIN_SHARE; window++) {
      const used = this.processes.cpuUsByPid();
      const delays = this.processes.runDelaysUs();
      const startMs = performance.now();
      await pause(WINDOW_MS);
      const delayUs = Math.max(0, ...growth(delays, this.processes.runDelaysUs()));
      const usedUs = growth(used, this.processes.cpuUsByPid()).reduce((total, us) => total + us, 0);
      const couldUs = Math.max(1, (performance.now() - startMs) * 1000 - delayUs);
      least = Math.min(least, usedUs / couldUs);
    }
    return least;
  }

  /** Expects that the server sleeps. @param when the situation, in words */
  async expectQuiet(when: string): Promise<void> {
    const share = await this.measureCpuShare();
    if (this.processes.hasEnded) throw new CaseFailure(`${when} the server had ended`);
    if (share <= SPIN_SHARE) return;
    const percent = Math.round(share * 100);
    throw new CaseFailure(
      `${when} the server used ${percent} % of a processor in each of ${WINDOWS} seconds`,
    );
  }

  /** Returns whether the server keeps a processor busy. */
  async isSpinning(): Promise<boolean> {
    return this.target.processes !== null && (await this.measureCpuShare()) > SPIN_SHARE;
  }

  [Symbol.dispose](): void {
    for (const { client } of this.#talkers) client.socket.destroy();
  }
}

/** Returns by how much each number has grown; one that is new counts in full, one that is gone does not. */
function growth(before: ReadonlyMap<number, number>, after: ReadonlyMap<number, number>): number[] {
  return [...after].map(([key, value]) => Math.max(0, value - (before.get(key) ?? 0)));
}
