import { connect, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { monotonicUs } from "@c10k-lab/posix";
import type { ControlAnswer, ControlOrder } from "@c10k-lab/protocol";
import { CONTROL_ORDERS } from "@c10k-lab/protocol/names";
import { usageNow } from "@c10k-lab/stats/usage";
import type { LoadRun } from "../load/load-run.ts";
import type { Parked } from "../load/load-worker.ts";
import { LIVE } from "../measure/results-table.ts";

/** Connection to the lab that directs the load: carries out its orders one after another, and answers each. */
export class LabLink {
  readonly #run: LoadRun;
  readonly #socket: Socket;

  /** @param address HOST:PORT of the lab */
  constructor(address: string, run: LoadRun) {
    const colon = address.lastIndexOf(":");
    this.#run = run;
    this.#socket = connect(Number(address.slice(colon + 1)), address.slice(0, colon)).setNoDelay();
    // Without a lab nothing would ever end the load.
    this.#socket.on("error", () => {});
    this.#socket.on("close", () => run.interrupt());
  }

  /** Says that all is connected, waits for the lab's word, and leaves the load to itself. */
  async awaitWord(): Promise<void> {
    this.#answer("connect", await this.#run.parked());
    for await (const line of createInterface(this.#socket)) {
      if (line !== "exchange") throw new Error(`the lab gives another word than exchange: ${line}`);
      this.#carryOut(line);
      return this.#leave();
    }
  }

  /** Leaves a lab that still waits for an answer: the run has ended. */
  close(): void {
    this.#socket.removeAllListeners("close").destroy();
  }

  /** Carries out orders until the lab ends the load. */
  async follow(): Promise<void> {
    this.#answer("connect", await this.#run.parked());
    for await (const line of createInterface(this.#socket)) {
      const [word, number = "0"] = line.split(" ");
      const order = CONTROL_ORDERS.find((known) => known === word);
      if (order === undefined || !/^\d+$/.test(number))
        throw new Error(`the lab gives an unknown order: ${line}`);
      const parked = order === "park" ? this.#run.parked() : null;
      this.#carryOut(order, Number(number));
      if (order === "end") return this.#leave();
      this.#answer(order, await parked);
    }
  }

  /** The load ends by itself from now on. */
  #leave(): void {
    this.#socket.removeAllListeners("close").end();
  }

  /** @param number that follows the order; 0 where none does */
  #carryOut(order: ControlOrder, number = 0): void {
    this.#run.order((orders) => {
      if (order === "exchange") orders.exchange(number);
      if (order === "park") orders.park(number);
      if (order === "end") orders.end();
      if (order === "begin-slice" || order === "end-slice") orders.measure(order === "begin-slice");
    });
  }

  #answer(order: ControlOrder, parked: Parked | null): void {
    const { live } = this.#run.results;
    const { userUs, systemUs } = usageNow();
    const answer: ControlAnswer = {
      order,
      atUs: monotonicUs(),
      messages: live[LIVE.messages],
      open: live[LIVE.open],
      errors: live[LIVE.errors],
      cpuUs: userUs + systemUs,
      histograms: parked?.histograms ?? null,
      due: parked?.due ?? null,
      memory: parked?.memory ?? null,
    };
    this.#socket.write(`${JSON.stringify(answer)}\n`);
  }
}
