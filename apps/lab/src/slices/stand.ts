import { setTimeout as sleep } from "node:timers/promises";
import { monotonicUs } from "@c10k-lab/posix";
import { type ClockReader, type ProcessCounts, type Processors, ProcessTree } from "@c10k-lab/process";
import type { ControlAnswer, ControlOrder, Slice } from "@c10k-lab/protocol";
import { subtractCounts } from "@c10k-lab/stats";
import type { Service } from "../engines/engine.ts";
import { CallTracer, NO_SAMPLE } from "../evidence/call-tracer.ts";
import type { Cell } from "../plan/cells.ts";
import { shareOf } from "../plan/processes.ts";
import { DirectedClient } from "./directed-client.ts";
import { lookAtRest, lookAtServers, type Watched } from "./slice-look.ts";
import type { Turn } from "./turn.ts";

/** All connections must be open within this time. */
const CONNECT_MS = 90_000;
/** An answer to an order takes a turn of the client's loop, or at most until its messages are back. */
const ANSWER_MS = 40_000;

/** Length of a turn, and time between the first message and its beginning. */
export interface TurnTimes {
  readonly settleMs: number;
  readonly durationMs: number;
}

/** Open loop: the rate of a turn, and the time in which messages that were due in it may still be sent. */
export interface TurnPace {
  readonly ratePerSecond: number;
  readonly graceMs: number;
}

/** Turn in which the system calls of a foreign server are counted. */
const SAMPLE: TurnTimes = { settleMs: 20, durationMs: 200 };
/** Time in which messages that were due in a turn may still be sent, where the load has one rate. */
const GRACE_MS = 100;

/** One variant that is up with all its connections: one repetition of a cell, measured slice by slice. */
export class Stand {
  readonly cell: Cell;
  readonly slices: Slice[] = [];
  calls = NO_SAMPLE;
  /** null when they are not pinned. */
  readonly processors: Processors | null;
  readonly #reader: ClockReader | null;
  readonly #up = Promise.withResolvers<boolean>();
  readonly #released = Promise.withResolvers<void>();
  #links: readonly DirectedClient[] = [];
  #servers: readonly Service[] = [];
  #clients: readonly Service[] = [];
  #isGone = false;
  #isGivenUp = false;
  /** Messages of all slices so far. */
  #messages = 0;

  /** @param reader of clocks on the servers' processor; null when they are not pinned */
  constructor(cell: Cell, processors: Processors | null, reader: ClockReader | null) {
    this.cell = cell;
    this.processors = processors;
    this.#reader = reader;
  }

  /** Opens a port for each client. @returns the addresses for `--control` */
  async listen(): Promise<string[]> {
    this.#links = await Promise.all(Array.from({ length: this.cell.clients }, () => DirectedClient.listen()));
    return this.#links.map(({ address }) => address);
  }

  /** Holds the connections open until the stand is released. */
  async hold(servers: readonly Service[], clients: readonly Service[]): Promise<void> {
    this.#servers = servers;
    this.#clients = clients;
    const answers = await Promise.race([
      Promise.all(this.#links.map((link) => link.connected(CONNECT_MS))),
      this.#released.promise.then(() => []),
      // A client writes its first line when it ends.
      ...clients.map((client) => client.nextLine(CONNECT_MS).then(() => [])),
    ]);
    for (const server of servers) void server.exited.then(() => this.#lose());
    const { open, messages } = addAnswers(answers.flatMap((answer) => answer ?? []));
    this.#messages = messages;
    this.#up.resolve(open === this.cell.connections);
    await this.#released.promise;
    await Promise.all(this.#links.map((link) => link.end()));
  }

  /** Resolves when all connections are open, or with false when some are not. */
  get isUp(): Promise<boolean> {
    return this.#up.promise;
  }

  /** A client or a server has gone: no further slice can be measured. */
  get isGone(): boolean {
    return this.#isGone;
  }

  /** The server's processes can be looked at. */
  get isSeen(): boolean {
    return this.#servers.some(({ processes }) => processes !== null);
  }

  get processes(): ProcessCounts[] {
    return [...this.#servers, ...this.#clients].flatMap(({ processes }) => processes ?? []);
  }

  #lose(): void {
    this.#isGone = true;
    this.release();
  }

  /** It had no time for a slice, and is no result. */
  get isGivenUp(): boolean {
    return this.#isGivenUp;
  }

  /** Ends the repetition for lack of time. */
  giveUp(): void {
    this.#isGivenUp = this.slices.length === 0;
    this.release();
  }

  /** Ends the repetition. */
  release(): void {
    this.#up.resolve(false);
    this.#released.resolve();
  }

  /**
   * Exchanges messages, and measures from the time on when the load is steady.
   *
   * @param waiting processes of the other stands
   * @param pace of this turn; null: the load's
   * @returns null when a client has gone
   */
  async measure(
    times: TurnTimes,
    waiting: readonly ProcessCounts[],
    pace: TurnPace | null = null,
  ): Promise<Turn | null> {
    const watched: Watched = {
      servers: this.#servers.flatMap(({ processes }) => processes ?? []),
      waiting,
      processors: this.processors,
      reader: this.#reader,
    };
    const clients = this.#links.length;
    const atRest = lookAtRest(watched);
    const begun = await this.#order("exchange", (client) =>
      pace === null ? 0 : shareOf(pace.ratePerSecond, client, clients),
    );
    if (begun === null) return null;
    await sleepSince(begun, times.settleMs);
    // An order takes milliseconds where server and client leave the lab little time: the looks do not wait for it.
    const ordered = this.#order("begin-slice");
    const before = lookAtServers(watched);
    const from = await ordered;
    if (from === null) return null;
    await sleepSince(from, times.durationMs);
    const after = lookAtServers(watched);
    const [to, parked] = await Promise.all([
      this.#order("end-slice"),
      this.#order("park", () => pace?.graceMs ?? GRACE_MS),
    ]);
    if (to === null || parked === null) return null;
    const whole = subtractCounts(lookAtRest(watched), atRest);
    const messages = parked.messages - this.#messages;
    this.#messages = parked.messages;
    const perSecond = pace?.ratePerSecond ?? this.cell.load.rate?.value ?? null;
    return {
      steady: {
        ...subtractCounts(after, before),
        elapsedUs: to.atUs - from.atUs,
        messages: to.messages - from.messages,
        clientUs: to.cpuUs - from.cpuUs,
      },
      whole: {
        ...whole,
        messages,
        clientUs: parked.cpuUs - begun.cpuUs,
        errors: parked.errors - begun.errors,
      },
      isPinned: this.processors !== null,
      offered: parked.due === null || perSecond === null ? null : { perSecond, messages: parked.due },
      histograms: parked.histograms,
    };
  }

  /**
   * Counts the system calls of a foreign server in a turn that is not kept: our servers count their own. Their number a
   * message does not change from start to start, so the first one is sampled.
   */
  async sampleCalls(): Promise<void> {
    if (this.cell.foreign === null || this.cell.repetition > 1) return;
    const trees = this.#servers.map(({ processes }) => processes).filter((one) => one instanceof ProcessTree);
    const pids = trees.flatMap((tree) => tree.pids);
    if (pids.length === 0) return;
    const tracer = await CallTracer.attach(pids);
    if (!(tracer instanceof CallTracer)) {
      this.calls = { ...NO_SAMPLE, callsRefusal: tracer };
      return;
    }
    const before = this.#messages;
    const turn = await this.measure(SAMPLE, []);
    this.calls = await tracer.detach(turn === null ? 0 : this.#messages - before);
  }

  /**
   * Gives all clients an order.
   *
   * @param numberOf returns the number that belongs to it, by client, from 1
   * @returns the sum of their answers; null when one did not answer
   */
  async #order(order: ControlOrder, numberOf = (_client: number) => 0): Promise<Total | null> {
    if (this.#isGone) return null;
    const answers = await Promise.all(
      this.#links.map((link, index) => link.order(order, ANSWER_MS, numberOf(index + 1))),
    );
    const given = answers.filter((answer) => answer !== null);
    this.#isGone = given.length < answers.length;
    return this.#isGone ? null : addAnswers(given);
  }
}

/** Sleeps until a time after an answer. */
function sleepSince({ atUs }: Total, ms: number): Promise<void> {
  return sleep(Math.max(0, ms - (monotonicUs() - atUs) / 1000));
}

/** Answers of all clients of a stand to one order. */
interface Total {
  readonly atUs: number;
  readonly messages: number;
  readonly open: number;
  readonly errors: number;
  readonly cpuUs: number;
  /** null in a closed loop. */
  readonly due: number | null;
  readonly histograms: readonly Slice["histograms"][];
}

function addAnswers(answers: readonly ControlAnswer[]): Total {
  const sum = (name: "atUs" | "messages" | "open" | "errors" | "cpuUs") =>
    answers.reduce((total, answer) => total + answer[name], 0);
  const dues = answers.flatMap(({ due }) => due ?? []);
  return {
    due: dues.length < answers.length ? null : dues.reduce((total, due) => total + due, 0),
    atUs: sum("atUs") / answers.length,
    messages: sum("messages"),
    open: sum("open"),
    errors: sum("errors"),
    cpuUs: sum("cpuUs"),
    histograms: answers.flatMap(({ histograms }) => histograms ?? []),
  };
}
