import { Client } from "@c10k-lab/conformance";
import { addressFamily, check, encodeAddress, posix } from "@c10k-lab/posix";
import { pause, until } from "@c10k-lab/process/testing";
import { COUNTER, Ledger, LedgerReader } from "@c10k-lab/stats";
import { afterEach, beforeEach, expect, test } from "vitest";
import { listen } from "../src/control-plane/listener.ts";
import { CLOSE_CODE } from "../src/data-plane/close-code.ts";
import { EventServer } from "../src/data-plane/event-server.ts";
import { type Poller, READABLE } from "../src/data-plane/poller.ts";
import { BUFFER_BYTES, READS_PER_TURN } from "../src/limits.ts";
import type { EventServerOptions } from "../src/options.ts";
import { DRAIN, StopRequest } from "../src/stop-request.ts";
import { OPTIONS } from "./server-options.ts";

const EVENTS = 8;
const TURN_BYTES = READS_PER_TURN * BUFFER_BYTES;

/** Poller that reports what a test scripts, including results that no kernel gives on demand. */
class ScriptedPoller implements Poller {
  readonly name = "scripted";
  capacity = 10_000;
  readonly trigger: Poller["trigger"];
  readonly fds = new Int32Array(EVENTS);
  readonly generations = new Int32Array(EVENTS);
  readonly events = new Uint8Array(EVENTS);
  readonly controlCalls = 0;
  readonly descriptorsScanned = 0;
  readonly wordsScanned = 0;
  /** Generations of the watched descriptors. */
  readonly watched = new Map<number, number>();
  readonly timeouts: number[] = [];
  refusesNext = false;
  onAdd = () => {};
  #next: number | [fd: number, generation: number][] = 0;

  constructor(trigger: Poller["trigger"]) {
    this.trigger = trigger;
  }

  /** Sets the result of the next wait: an error number or ready descriptors. */
  answer(next: number | [fd: number, generation: number][]): void {
    this.#next = next;
  }

  add(fd: number, generation: number): number {
    if (this.refusesNext) {
      this.refusesNext = false;
      return -posix.ENOMEM;
    }
    this.watched.set(fd, generation);
    this.onAdd();
    return 0;
  }

  modify(): number {
    return 0;
  }

  remove(fd: number): number {
    this.watched.delete(fd);
    return 0;
  }

  wait(timeoutMs: number): number {
    this.timeouts.push(timeoutMs);
    const next = this.#next;
    this.#next = 0;
    if (typeof next === "number") return next;
    next.forEach(([fd, generation], at) => {
      this.fds[at] = fd;
      this.generations[at] = generation;
      this.events[at] = READABLE;
    });
    return next.length;
  }

  close(): void {}
}

/** Event server in this thread, whose turns the test runs one by one. */
class Bench {
  readonly poller: ScriptedPoller;
  readonly ledger = Ledger.allocate(100);
  readonly reader = new LedgerReader(this.ledger);
  readonly stop = StopRequest.create();
  readonly clients: Client[] = [];
  readonly server: EventServer;
  readonly listenerFd: number;
  readonly port: number;

  private constructor(
    listenerFd: number,
    port: number,
    options: Partial<EventServerOptions>,
    trigger: Poller["trigger"],
  ) {
    this.poller = new ScriptedPoller(trigger);
    this.listenerFd = listenerFd;
    this.port = port;
    this.server = new EventServer(this.poller, {
      options: { ...OPTIONS, drainTimeoutMs: 100, ...options },
      listenerFd,
      ledger: this.ledger,
      stop: this.stop,
      ready: () => {},
    });
  }

  static async open(
    options: Partial<EventServerOptions> = {},
    trigger: Poller["trigger"] = "level",
  ): Promise<Bench> {
    const { fd, address } = await listen(OPTIONS, false);
    return new Bench(fd, address.port, options, trigger);
  }

  /** Connects clients that wait in the accept queue. */
  async queue(count: number): Promise<Client[]> {
    const waiting = await Client.all(count, this.port);
    this.clients.push(...waiting);
    return waiting;
  }

  /** Connects a client and lets the server accept it. Returns it with its descriptor and generation there. */
  async admit(): Promise<[Client, number, number]> {
    const before = new Set(this.poller.watched.keys());
    const client = await Client.connect(this.port);
    this.clients.push(client);
    this.turn([[this.listenerFd, 0]]);
    this.turn(0);
    const [fd] = [...this.poller.watched.keys()].filter((fd) => !before.has(fd));
    return [client, fd as number, this.poller.watched.get(fd as number) as number];
  }

  turn(answer: number | [number, number][]): void {
    this.poller.answer(answer);
    this.server.runOnce();
  }

  /** Reports a descriptor as readable until the client has its echo. */
  async echo(client: Client, fd: number, generation: number): Promise<boolean> {
    const answer = client.answers();
    await until(() => {
      this.turn([[fd, generation]]);
      return client.receivedBytes > 0;
    }, "the echo is there");
    return answer;
  }

  get accepted(): number {
    return this.ledger.counter(COUNTER.accepted);
  }

  closed(reason: keyof typeof CLOSE_CODE): number {
    return this.reader.totals().closed[CLOSE_CODE[reason]] ?? 0;
  }
}

let bench: Bench;
beforeEach(async () => {
  bench = await Bench.open();
});
afterEach(() => {
  for (const client of bench.clients) client.socket.destroy();
});

test("a descriptor that was closed elsewhere costs only its own connection", async () => {
  const [, dead] = await bench.admit();
  const [client, fd, generation] = await bench.admit();
  posix.close(dead);
  bench.turn(-posix.EBADF);
  expect(bench.poller.watched.has(dead)).toBe(false);
  expect(bench.closed("error")).toBe(1);
  expect(await bench.echo(client, fd, generation)).toBe(true);
});

test("the loop skips and counts an event of an earlier connection with the same number", async () => {
  const [client, fd, generation] = await bench.admit();
  bench.turn([[fd, generation - 1]]);
  bench.turn([[9999, 1]]);
  expect(bench.ledger.counter(COUNTER.staleEvents)).toBe(2);
  expect(await bench.echo(client, fd, generation)).toBe(true);
});

test("the loop does not serve a connection that an earlier event of the same wait has closed", async () => {
  const [client, fd, generation] = await bench.admit();
  client.socket.resetAndDestroy();
  await client.untilClosed();
  bench.turn([
    [fd, generation],
    [fd, generation],
  ]);
  expect(bench.closed("reset")).toBe(1);
  expect(bench.ledger.counter(COUNTER.staleEvents)).toBe(1);
});

test("a connection that the poller does not take is closed as refused-poller, and the listener serves on", async () => {
  bench.poller.refusesNext = true;
  using refused = await Client.connect(bench.port);
  bench.turn([[bench.listenerFd, 0]]);
  expect(await refused.readToEnd()).toHaveLength(0);
  expect(bench.ledger.acceptErrors[posix.ENOMEM]).toBe(1);
  expect(bench.closed("refused-poller")).toBe(1);
  expect(bench.ledger.counter(COUNTER.refused)).toBe(1);
  const [client, fd, generation] = await bench.admit();
  expect(await bench.echo(client, fd, generation)).toBe(true);
});

test("a descriptor number that the poller cannot hold is closed as refused-descriptor", async () => {
  bench.poller.capacity = bench.listenerFd;
  using refused = await Client.connect(bench.port);
  bench.turn([[bench.listenerFd, 0]]);
  expect(await refused.readToEnd()).toHaveLength(0);
  expect(bench.closed("refused-descriptor")).toBe(1);
  expect(bench.ledger.counter(COUNTER.refused)).toBe(1);
});

test("at --max-connections the reason is refused-limit, whatever the descriptor number", async () => {
  bench = await Bench.open({ maxConnections: 1 });
  await bench.admit();
  bench.poller.capacity = bench.listenerFd;
  using refused = await Client.connect(bench.port);
  bench.turn([[bench.listenerFd, 0]]);
  expect(await refused.readToEnd()).toHaveLength(0);
  expect(bench.closed("refused-limit")).toBe(1);
});

test("the idle sweep skips an interrupted wait and runs after a complete one", async () => {
  bench = await Bench.open({ idleTimeoutMs: 20 });
  await bench.admit();
  await pause(40);
  bench.turn(-posix.EINTR);
  bench.turn(-posix.EINTR);
  expect(bench.closed("idle-timeout")).toBe(0);
  bench.turn(0);
  bench.turn(0);
  expect(bench.closed("idle-timeout")).toBe(1);
});

test("S7 a wait after an interrupted one does not sleep, so that a storm of signals does not hide who is silent", async () => {
  bench = await Bench.open({ idleTimeoutMs: 20 });
  bench.turn(-posix.EINTR);
  bench.turn(0);
  bench.turn(0);
  const [first, afterEintr, afterwards] = bench.poller.timeouts;
  expect(first).toBeGreaterThan(0);
  expect(afterEintr).toBe(0);
  expect(afterwards).toBe(first);
});

test("E5 the idle sweep runs under full load, once waits have reported as many events as there are descriptors", async () => {
  bench = await Bench.open({ idleTimeoutMs: 20 });
  await bench.queue(2 * EVENTS);
  // One turn, one moment: none of them is idle before the others have come.
  bench.turn([[bench.listenerFd, 0]]);
  const full = Array.from({ length: EVENTS }, (): [number, number] => [9999, 1]);
  await pause(40);
  bench.turn(full);
  bench.turn(full);
  expect(bench.closed("idle-timeout")).toBe(0);
  // The third wait completes the first round; the moment before it is later than the pause.
  for (let at = 0; at < 4; at++) bench.turn(full);
  expect(bench.closed("idle-timeout")).toBe(2 * EVENTS);
});

test("after a freeze between wait and clock no client is idle before the next wait", async () => {
  bench = await Bench.open({ idleTimeoutMs: 20 });
  const [client, fd, generation] = await bench.admit();
  await client.send("sent meanwhile\n");
  await pause(40);
  // The wait ended before the message arrived, the clock was read afterwards.
  bench.turn(0);
  expect(bench.closed("idle-timeout")).toBe(0);
  bench.turn([[fd, generation]]);
  expect((await client.read(15)).toString()).toBe("sent meanwhile\n");
});

test("a full ledger pauses accepting, which continues when rows are free again", async () => {
  for (let at = 0; at < 100; at++) await bench.admit();
  using waiting = await Client.connect(bench.port);
  bench.turn([[bench.listenerFd, 0]]);
  expect(bench.poller.watched.has(bench.listenerFd), "the listener is watched").toBe(false);
  expect(bench.accepted).toBe(100);
  bench.clients[0]?.socket.resetAndDestroy();
  await bench.clients[0]?.untilClosed();
  const [, first] = [...bench.poller.watched];
  bench.turn([first as [number, number]]);
  bench.reader.collect(() => {});
  await until(() => {
    bench.turn(0);
    return bench.accepted === 101;
  }, "the waiting client is accepted");
  expect(waiting.isOver).toBe(false);
});

test("after a stop request the loop sends every client a FIN and cuts those that do not close in time", async () => {
  const [polite, fd, generation] = await bench.admit();
  const [stubborn] = await bench.admit();
  bench.stop.raise(DRAIN);
  bench.turn([[bench.stop.wakeFd, 0]]);
  expect(await polite.readToEnd()).toHaveLength(0);
  expect(await stubborn.readToEnd()).toHaveLength(0);
  polite.socket.end();
  await until(() => {
    bench.turn([[fd, generation]]);
    return bench.closed("drained") === 1;
  }, "the polite client is drained");
  await until(() => {
    bench.turn(0);
    return bench.closed("aborted") === 1;
  }, "the stubborn client is cut");
  expect(posix.fcntl(bench.listenerFd, posix.F_GETFD, 0)).toBe(-posix.EBADF);
});

test("an event server throws when its poller cannot watch the listener", async () => {
  const poller = new ScriptedPoller("level");
  poller.refusesNext = true;
  const address = encodeAddress({ host: "127.0.0.1", port: 0 });
  const listenerFd = check(posix.socket(addressFamily(address), posix.SOCK_STREAM, 0), "socket");
  const plane = { options: OPTIONS, listenerFd, ledger: bench.ledger, stop: bench.stop, ready: () => {} };
  expect(() => new EventServer(poller, plane)).toThrow("scripted on the listener");
  posix.close(listenerFd);
});

test("edge-triggered, the loop accepts one connection per turn and does not sleep while more may wait", async () => {
  bench = await Bench.open({ acceptsPerTurn: 1 }, "edge");
  await bench.queue(3);
  const accepted = [[[bench.listenerFd, 0]] as [number, number][], 0, 0, 0, 0].map((answer) => {
    bench.turn(answer);
    return bench.accepted;
  });
  expect(accepted).toEqual([1, 2, 3, 3, 3]);
  expect(bench.poller.timeouts).toEqual([-1, 0, 0, 0, -1]);
});

test("S22 edge-triggered, a turn reads at most twice as much of a client that sent MiB as one service does", async () => {
  bench = await Bench.open({}, "edge");
  const [client, fd, generation] = await bench.admit();
  client.socket.write(Buffer.alloc(2 ** 20));
  await until(() => client.socket.bytesWritten >= TURN_BYTES * 4, "the bytes are sent");
  const received = () => bench.reader.totals().bytesReceived;
  for (let turn = 0; turn < 3; turn++) {
    const before = received();
    bench.turn(turn === 0 ? [[fd, generation]] : 0);
    expect(received() - before, `bytes of turn ${turn}`).toBeLessThanOrEqual(2 * TURN_BYTES);
  }
  expect(received()).toBeGreaterThanOrEqual(2 * TURN_BYTES);
});

test("level-triggered, the loop accepts one connection per turn and waits for the poller to report the next", async () => {
  bench = await Bench.open({ acceptsPerTurn: 1 });
  await bench.queue(2);
  const toldOf = [[bench.listenerFd, 0]] as [number, number][];
  const accepted = [toldOf, 0, toldOf, 0].map((answer) => {
    bench.turn(answer);
    return bench.accepted;
  });
  expect(accepted).toEqual([1, 1, 2, 2]);
  expect(bench.poller.timeouts).toEqual([-1, -1, -1, -1]);
  expect(bench.ledger.counter(COUNTER.acceptCalls), "accept4 calls, none on an empty queue").toBe(2);
});

test.each(["edge", "level"] as const)(
  "%s-triggered, the loop accepts a burst within one batch in one turn",
  async (trigger) => {
    bench = await Bench.open({ acceptsPerTurn: 3 }, trigger);
    await bench.queue(3);
    bench.turn([[bench.listenerFd, 0]]);
    expect(bench.accepted).toBe(3);
  },
);

test.each(["edge", "level"] as const)(
  "%s-triggered, the loop accepts all waiting clients at a stop request",
  async (trigger) => {
    bench = await Bench.open({ acceptsPerTurn: 1 }, trigger);
    const waiting = await bench.queue(5);
    bench.stop.raise(DRAIN);
    bench.turn([[bench.stop.wakeFd, 0]]);
    expect(bench.accepted).toBe(5);
    for (const client of waiting) expect(await client.readToEnd()).toHaveLength(0);
  },
);

test.each([1, 10, 64])(
  "with %i accepts per turn, accepting pauses after 64 failures in a row",
  async (acceptsPerTurn) => {
    bench = await Bench.open({ acceptsPerTurn });
    // accept4(2) of a socket that no longer listens fails with EINVAL, which could be the fault of one connection.
    posix.shutdown(bench.listenerFd, posix.SHUT_RDWR);
    const failures: number[] = [];
    while (bench.poller.watched.has(bench.listenerFd)) {
      bench.turn([[bench.listenerFd, 0]]);
      failures.push(bench.ledger.acceptErrors[posix.EINVAL] ?? 0);
    }
    expect(failures.at(-1)).toBe(64);
    expect(failures).toHaveLength(Math.ceil(64 / acceptsPerTurn));
  },
);

test("P1 at the end the server accepts no more connections than its queue held, however many come", async () => {
  const sockets: number[] = [];
  using _ = {
    [Symbol.dispose]() {
      for (const fd of sockets) posix.close(fd);
    },
  };
  bench = await Bench.open({ backlog: 5 });
  const { port } = bench;
  // Each connection that is accepted is followed by another one.
  bench.poller.onAdd = () => {
    const fd = check(posix.socket(posix.AF_INET, posix.SOCK_STREAM | posix.SOCK_NONBLOCK, 0), "socket", "");
    sockets.push(fd);
    posix.connect(fd, encodeAddress({ host: "127.0.0.1", port }));
  };
  await bench.queue(3);
  bench.stop.raise(DRAIN);
  bench.turn([[bench.stop.wakeFd, 0]]);
  expect(bench.accepted).toBe(6);
});
