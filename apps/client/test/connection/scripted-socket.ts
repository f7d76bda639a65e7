import { posix } from "@c10k-lab/posix";
import type { Need } from "../../src/connection/connection-states.ts";
import { LoadConnections } from "../../src/connection/load-connections.ts";
import { LoadContext } from "../../src/connection/load-context.ts";
import type { SocketIo } from "../../src/io/load-io.ts";
import { OUTCOME } from "../../src/measure/outcome.ts";
import { RESULT, ResultsTable } from "../../src/measure/results-table.ts";
import { Orders } from "../../src/workload/orders.ts";
import { PayloadPool } from "../../src/workload/payload.ts";
import type { Workload } from "../../src/workload/workload.ts";

const NOTHING = { from: 0, to: 0 };

/** One connection, 3 messages "0123456789\n", a closed loop with a barrier. */
const WORKLOAD: Workload = {
  connections: 1,
  active: 1,
  message: Buffer.from("0123456789\n"),
  texts: "numbered",
  sizeBytes: { from: 11, to: 11 },
  messagesEach: 3,
  bytesEach: Number.POSITIVE_INFINITY,
  durationMs: Number.POSITIVE_INFINITY,
  ratePerSecond: null,
  thinkMs: NOTHING,
  holdMs: NOTHING,
  barrier: true,
  isDirected: false,
  isGated: false,
  wait: "sleep",
  io: "epoll",
  warmupMs: 0,
  connectRate: Number.POSITIVE_INFINITY,
  source: null,
  startAtMs: null,
  timeoutMs: 1000,
  connectTimeoutMs: 500,
  waitForServerMs: 0,
  seed: 1,
};

/** A socket that plays scripts: the results of each recv(2) and send(2). What it receives is the echo of what was sent. */
export class ScriptedSocket implements SocketIo {
  sentText = "";
  /** Replaces the first byte of the next echo. */
  isLying = false;
  readonly #recvs: number[];
  readonly #sends: number[];
  #echoed = 0;

  constructor(recvs: readonly number[], sends: readonly number[] = []) {
    this.#recvs = [...recvs];
    this.#sends = [...sends];
  }

  play(...recvs: number[]): void {
    this.#recvs.push(...recvs);
  }

  get unread(): number {
    return this.#recvs.length;
  }

  /** Plays EAGAIN when the script is over. Bytes beyond what was sent are "?". */
  recv(_fd: number, buffer: Uint8Array): number {
    const result = this.#recvs.shift() ?? -posix.EAGAIN;
    if (result <= 0) return result;
    const text = this.sentText.slice(this.#echoed, this.#echoed + result).padEnd(result, "?");
    buffer.set(Buffer.from(this.isLying ? `!${text.slice(1)}` : text));
    this.#echoed += result;
    return result;
  }

  /** Takes everything when the script is over. */
  send(_fd: number, buffer: Uint8Array, offset: number, length: number): number {
    const result = Math.min(this.#sends.shift() ?? length, length);
    if (result > 0) this.sentText += Buffer.from(buffer.subarray(offset, offset + result)).toString();
    return result;
  }

  socket = () => 3;
  setsockopt = () => 0;
  bind = () => 0;
  connect = () => 0;
  getsockopt = () => 0;
  getsockname = () => 0;
  getpeername = () => 0;
  close = () => 0;
}

/** Opens a context whose connections talk to a scripted socket. */
export function openContext(io: SocketIo, options: Partial<Workload> = {}): LoadContext {
  const workload = { ...WORKLOAD, ...options };
  const results = ResultsTable.allocate(workload.connections, workload.messagesEach);
  return new LoadContext(workload, new PayloadPool(workload), results, {
    io,
    orders: workload.isDirected ? new Orders() : null,
    gate: workload.isGated ? new Orders() : null,
  });
}

/** One connection of a load. */
export class OneConnection {
  readonly all: LoadConnections;
  readonly #index: number;

  constructor(all: LoadConnections, index: number) {
    this.all = all;
    this.#index = index;
  }

  get fd() {
    return this.all.fd(this.#index);
  }

  get state() {
    return this.all.state(this.#index);
  }

  get isActive() {
    return this.all.isActive(this.#index);
  }

  get outcome() {
    return this.all.outcome;
  }

  get wakeUs() {
    return this.all.wakeUs;
  }

  get isInFlight() {
    return this.all.isInFlight;
  }

  get isOwed() {
    return this.all.isOwed;
  }

  connect = (fd: number, nowUs: number): Need => this.all.connect(this.#index, fd, nowUs);
  retryAt = (timeUs: number): Need => this.all.retryAt(this.#index, timeUs);
  establish = (): Need => this.all.establish(this.#index);
  begin = (): Need => this.all.begin(this.#index);
  prove = (isLast: boolean): Need => this.all.prove(this.#index, isLast);
  handle = (isReadable: boolean, hasMoreThanData: boolean): Need =>
    this.all.handle(this.#index, isReadable, hasMoreThanData);
  serve = (hasMoreThanData: boolean): Need => this.all.serve(this.#index, hasMoreThanData);
  wake = (nowUs: number): Need => this.all.wake(this.#index, nowUs);
  release = (): Need => this.all.release(this.#index);
  expire = (nowUs: number): Need => this.all.expire(this.#index, nowUs);
  abort = (outcome: number): Need => this.all.abort(this.#index, outcome);
  countUnsent = (endUs: number): number => this.all.countUnsent(this.#index, endUs);
}

/** Returns an established connection and ways to look at its row. */
export function establish(io: SocketIo, options: Partial<Workload> = {}, index = 0) {
  const context = openContext(io, options);
  const connection = new OneConnection(new LoadConnections(context), index);
  connection.connect(3, 1);
  context.results.establish(index, new Uint8Array(28), 1);
  return {
    context,
    connection,
    need: connection.establish(),
    field: (name: keyof typeof RESULT) => context.results.rows.get(index, RESULT[name]),
    outcome: () => Object.entries(OUTCOME).find(([, code]) => code === connection.outcome)?.[0],
  };
}
