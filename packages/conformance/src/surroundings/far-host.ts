import { execFileSync, spawn } from "node:child_process";
import { randomInt } from "node:crypto";

/** Another host of this machine: a network namespace, joined by a cable that can be cut. It takes root and ip(8). */
export class FarHost implements Disposable {
  /** This machine's address at the near end of the cable. */
  readonly nearAddress: string;
  readonly #name: string;
  readonly #near: string;
  readonly #processes: ReturnType<typeof spawn>[] = [];

  constructor() {
    const number = randomInt(2 ** 13);
    const network = `10.${200 + (number >> 8)}.${number & 255}`;
    // The number of this process: it is asked at its end what it has left.
    this.#name = `c10k-${process.pid}-far-${number}`;
    this.nearAddress = `${network}.1`;
    const far = `c10kf${number}`;
    this.#near = `c10kn${number}`;
    this.cut = () => this.#inside("link", "set", far, "down");
    ip("netns", "add", this.#name);
    ip("link", "add", this.#near, "type", "veth", "peer", "name", far, "netns", this.#name);
    try {
      ip("addr", "add", `${this.nearAddress}/24`, "dev", this.#near);
      ip("link", "set", this.#near, "up");
      this.#inside("addr", "add", `${network}.2/24`, "dev", far);
      this.#inside("link", "set", far, "up");
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  /** Cuts the cable: nobody at either end is told. */
  readonly cut: () => void;

  /** Connects from there; the connection stays open, and nothing is sent. */
  connect(port: number): void {
    const client = `require("node:net").connect(${port}, "${this.nearAddress}")`;
    const args = ["netns", "exec", this.#name, process.execPath, "--eval", client];
    this.#processes.push(spawn("ip", args, { stdio: "ignore" }));
  }

  /** Ends the programs there, and the host with all of its sockets. */
  [Symbol.dispose](): void {
    for (const child of this.#processes) child.kill("SIGKILL");
    // With its end the kernel removes the far end at once; what it does for a namespace comes later.
    ip("link", "delete", this.#near);
    ip("netns", "delete", this.#name);
  }

  #inside(...args: string[]): void {
    ip("-n", this.#name, ...args);
  }
}

function ip(...args: string[]): void {
  execFileSync("ip", args, { stdio: "pipe" });
}
