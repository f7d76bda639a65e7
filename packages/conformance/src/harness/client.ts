import { connect, Socket } from "node:net";
import { check, encodeAddress, posix, setIntOption } from "@c10k-lab/posix";

const WINDOW_BYTES = 2 ** 18;
/** Clients that connect at a time, fewer than the accept queue holds. */
const CONNECTING = 500;

export interface ClientOptions {
  readonly host?: string;
  /** Address of its own end [default: the kernel's choice]. */
  readonly localAddress?: string;
  /** Paused clients read nothing until `resume`. */
  readonly paused?: boolean;
}

/** Client that records every byte and the end of its connection. */
export class Client implements Disposable {
  readonly socket: Socket;
  /** True once the server's FIN has arrived. */
  isEnded = false;
  isClosed = false;
  error: NodeJS.ErrnoException | undefined;
  receivedBytes = 0;
  /** Port of the client's socket, which identifies its row. */
  port = 0;
  #chunks: Buffer[] = [];
  #tinyFd: number | null = null;
  #buffered = 0;
  #changed = Promise.withResolvers<void>();
  readonly #closed = Promise.withResolvers<void>();

  private constructor(socket: Socket, paused: boolean) {
    this.socket = socket;
    if (paused) socket.pause();
    else this.resume();
    socket.on("end", () => {
      this.isEnded = true;
      this.#wake();
    });
    socket.on("error", (error) => {
      this.error = error;
      this.#wake();
    });
    socket.on("close", () => {
      this.isClosed = true;
      this.#closed.resolve();
      this.#wake();
    });
  }

  static async connect(
    port: number,
    { host = "127.0.0.1", paused = false, ...further }: ClientOptions = {},
  ): Promise<Client> {
    const client = new Client(
      connect({ port, host, allowHalfOpen: true, noDelay: true, ...further }),
      paused,
    );
    await client.#untilConnected();
    client.port = client.socket.localPort ?? 0;
    return client;
  }

  static all(count: number, port: number, options?: ClientOptions): Promise<Client[]> {
    return Promise.all(Array.from({ length: count }, () => Client.connect(port, options)));
  }

  /** Connects very many clients, each of which has got an answer. @throws Error when one has not */
  static async serve(count: number, port: number): Promise<Client[]> {
    const served: Client[] = [];
    while (served.length < count) {
      const clients = await Client.all(Math.min(CONNECTING, count - served.length), port);
      // One after the other, 10,000 answers would wait 10,000 times for a processor.
      const answers = await Promise.all(clients.map((client) => client.answers()));
      if (answers.includes(false)) throw new Error("another message came back");
      served.push(...clients);
    }
    return served;
  }

  /** Connects, paused, with the smallest receive buffer the kernel allows. SO_RCVBUF must be set before connect(2). */
  static withTinyWindow(port: number, host = "127.0.0.1"): Client {
    const fd = check(posix.socket(posix.AF_INET, posix.SOCK_STREAM | posix.SOCK_CLOEXEC, 0), "socket");
    setIntOption(fd, posix.SOL_SOCKET, posix.SO_RCVBUF, 1024);
    check(posix.connect(fd, encodeAddress({ host, port })), "connect");
    const client = new Client(new Socket({ fd, allowHalfOpen: true, readable: true, writable: true }), true);
    client.#tinyFd = fd;
    return client;
  }

  /** Bytes that were received and not yet read. */
  get bufferedBytes(): number {
    return this.#buffered;
  }

  get isOver(): boolean {
    return this.isEnded || this.isClosed;
  }

  resume(): void {
    if (this.socket.listenerCount("data") === 0) {
      this.socket.on("data", (chunk: Buffer) => {
        this.#chunks.push(chunk);
        this.#buffered += chunk.length;
        this.receivedBytes += chunk.length;
        this.#wake();
      });
    }
    this.#widen();
    this.socket.resume();
  }

  /**
   * Resolves when the kernel has taken the bytes or the socket has failed, at the earliest in the next turn of the
   * event loop: a sender in a loop would otherwise never read.
   */
  send(bytes: Uint8Array | string): Promise<void> {
    return new Promise((resolve) => {
      this.socket.write(bytes, () => setImmediate(resolve));
    });
  }

  /** Reads exactly `length` bytes. */
  async read(length: number): Promise<Buffer> {
    while (this.#buffered < length) {
      if (this.isOver)
        throw this.error ?? new Error(`end of file after ${this.#buffered} of ${length} bytes`);
      await this.#changed.promise;
    }
    return this.#take(length);
  }

  /** Reads until a clean end of file. */
  async readToEnd(): Promise<Buffer> {
    this.resume();
    while (!this.isOver) await this.#changed.promise;
    if (this.error) throw this.error;
    if (!this.isEnded) throw new Error("closed without an end of file");
    return this.#take(this.#buffered);
  }

  untilOver(): Promise<void> {
    return this.waitFor(() => this.isOver);
  }

  /** Returns the same promise to all, because a sender asks once a message: a wait of its own would wake up at every chunk. */
  untilClosed(): Promise<void> {
    return this.#closed.promise;
  }

  /** Waits until a condition on this client holds. */
  async waitFor(condition: () => boolean): Promise<void> {
    while (!condition()) await this.#changed.promise;
  }

  /** Returns the bytes that have arrived, at most `atMost` of them. */
  takeBuffered(atMost = Number.POSITIVE_INFINITY): Buffer {
    return this.#take(Math.min(atMost, this.#buffered));
  }

  /** Sends and reads at the same time. Returns the bytes that came back. */
  async echo(bytes: Uint8Array | string): Promise<Buffer> {
    const [back] = await Promise.all([this.read(Buffer.byteLength(bytes)), this.send(bytes)]);
    return back;
  }

  /** Sends a short message. Returns whether it came back unchanged. */
  async answers(message = "probe\n"): Promise<boolean> {
    return (await this.echo(message)).toString() === message;
  }

  /** Sends FIN, then reads until the end of file. */
  async finish(): Promise<Buffer> {
    this.socket.end();
    return this.readToEnd();
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }

  async #untilConnected(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.socket.once("connect", resolve);
      this.socket.once("error", reject);
    });
  }

  /** Gives a tiny window its usual size, because some MiB through 2 KiB take seconds. */
  #widen(): void {
    if (this.#tinyFd !== null && !this.isClosed)
      setIntOption(this.#tinyFd, posix.SOL_SOCKET, posix.SO_RCVBUF, WINDOW_BYTES);
    this.#tinyFd = null;
  }

  #wake(): void {
    const changed = this.#changed;
    this.#changed = Promise.withResolvers<void>();
    changed.resolve();
  }

  #take(length: number): Buffer {
    const all = this.#chunks.length === 1 && this.#chunks[0] ? this.#chunks[0] : Buffer.concat(this.#chunks);
    this.#buffered -= length;
    this.#chunks = this.#buffered > 0 ? [all.subarray(length)] : [];
    return all.subarray(0, length);
  }
}
