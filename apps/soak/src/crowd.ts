import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { median } from "@c10k-lab/inference";

const LINE = Buffer.from("a line of an honest client\n");
const MUCH = Buffer.alloc(256 * 1024, "more than a client reads\n");
const ANSWER_BOUND_MS = 20_000;
/** Clients of each kind. */
const CLIENTS = { honest: 20, churning: 10, idle: 40, slow: 5, frozen: 5, hostile: 5 };
/** Interval between two storms, in which all honest clients connect anew at once. */
const STORM_MS = 5000;

/** All clients of a server's life, until they are told to leave. */
export class Crowd {
  /** Connections that were established. */
  connects = 0;
  readonly mistakes = new Set<string>();
  readonly #port: number;
  readonly #responsesMs: number[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #lives: Promise<void>[] = [];
  #isOver = false;
  #storm = 0;

  constructor(port: number) {
    this.#port = port;
    const kinds = {
      honest: () => this.#talkUntilStorm(),
      churning: () => this.#comeAndGo(),
      idle: () => this.#waitIdly(),
      slow: () => this.#readSlowly(),
      frozen: () => this.#neverRead(),
      hostile: () => this.#misbehave(),
    };
    for (const [kind, live] of Object.entries(kinds)) {
      for (let index = 0; index < CLIENTS[kind as keyof typeof CLIENTS]; index++)
        this.#lives.push(this.#repeat(live));
    }
    this.#lives.push(this.#repeat(() => this.#makeStorm()));
  }

  /** Returns the median response time since the last call; null without a response. */
  takeResponseMs(): number | null {
    return median(this.#responsesMs.splice(0));
  }

  /** Ends all clients and waits until their sockets are closed. */
  async leave(): Promise<void> {
    this.#isOver = true;
    for (const socket of this.#sockets) socket.end().resume();
    await Promise.race([Promise.all(this.#lives), pause(ANSWER_BOUND_MS, undefined, { ref: false })]);
    for (const socket of this.#sockets) socket.destroy();
  }

  async #repeat(live: () => Promise<void>): Promise<void> {
    while (!this.#isOver) {
      try {
        await live();
      } catch (error) {
        if (!this.#isOver) this.mistakes.add((error as Error).message);
        await pause(100);
      }
    }
  }

  async #open(): Promise<Socket> {
    const socket = connect({ port: this.#port, host: "127.0.0.1", noDelay: true, allowHalfOpen: true });
    this.#sockets.add(socket);
    socket.on("error", () => {});
    socket.once("close", () => this.#sockets.delete(socket));
    await new Promise((resolve) => socket.once("connect", resolve).once("close", resolve));
    if (socket.localPort === undefined) throw new Error("a client could not connect");
    this.connects++;
    return socket;
  }

  /** Sends bytes and verifies the echo. */
  async #exchange(socket: Socket, bytes: Buffer): Promise<void> {
    const begunMs = performance.now();
    socket.write(bytes);
    const echo = await readBytes(socket, bytes.length);
    if (!echo.equals(bytes))
      throw new Error(`an echo of ${bytes.length} bytes differed, or ended after ${echo.length}`);
    this.#responsesMs.push(performance.now() - begunMs);
  }

  async #talkUntilStorm(): Promise<void> {
    const storm = this.#storm;
    const socket = await this.#open();
    while (!this.#isOver && this.#storm === storm) {
      await this.#exchange(socket, LINE);
      await pause(20);
    }
    await close(socket);
  }

  async #comeAndGo(): Promise<void> {
    const socket = await this.#open();
    await this.#exchange(socket, LINE);
    await close(socket);
    await pause(5);
  }

  async #waitIdly(): Promise<void> {
    const socket = await this.#open();
    const storm = this.#storm;
    while (!this.#isOver && this.#storm < storm + 3) await pause(100);
    await close(socket);
  }

  async #readSlowly(): Promise<void> {
    const socket = await this.#open();
    socket.write(MUCH);
    let received = 0;
    while (!this.#isOver && received < MUCH.length && !socket.closed) {
      received += socket.read(1024)?.length ?? 0;
      await pause(2);
    }
    await close(socket);
  }

  async #neverRead(): Promise<void> {
    const socket = await this.#open();
    socket.pause();
    for (let part = 0; part < 20; part++) socket.write(MUCH);
    for (let waited = 0; waited < 20 && !this.#isOver; waited++) await pause(100);
    socket.destroy();
  }

  /** Resets in the middle of a stream, leaves at once, half-closes with input pending. */
  async #misbehave(): Promise<void> {
    const reset = await this.#open();
    reset.write(MUCH);
    await pause(5);
    // While the shutdown that leave() asked for is under way, libuv refuses a reset and keeps the descriptor.
    if (this.#isOver) reset.destroy();
    else reset.resetAndDestroy();
    (await this.#open()).destroy();
    const half = await this.#open();
    half.end(MUCH).resume();
    await once(half, "close");
    await pause(20);
  }

  async #makeStorm(): Promise<void> {
    for (let waited = 0; waited < STORM_MS && !this.#isOver; waited += 100) await pause(100);
    this.#storm++;
  }
}

/** Half-closes and waits until the server has closed, too. */
async function close(socket: Socket): Promise<void> {
  if (socket.closed) return;
  const closed = once(socket, "close");
  socket.end().resume();
  await closed;
}

/** Resolves to so many bytes, or to fewer when the connection closes or they take too long. */
function readBytes(socket: Socket, length: number): Promise<Buffer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let received = 0;
    const finish = () => {
      clearTimeout(timer);
      socket.off("data", take).off("close", finish);
      resolve(Buffer.concat(chunks));
    };
    const timer = setTimeout(finish, ANSWER_BOUND_MS);
    const take = (chunk: Buffer) => {
      chunks.push(chunk);
      received += chunk.length;
      if (received >= length) finish();
    };
    socket.on("data", take).once("close", finish);
  });
}
