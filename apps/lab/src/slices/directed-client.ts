import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { LineQueue, within } from "@c10k-lab/process";
import { ControlAnswer, type ControlOrder } from "@c10k-lab/protocol";

/** The lab's end of the connection to a client that it directs: client option `--control`. */
export class DirectedClient {
  /** HOST:PORT for `--control`. */
  readonly address: string;
  readonly #server: Server;
  readonly #socket: Promise<Socket>;
  readonly #closed = Promise.withResolvers<void>();
  #lines: LineQueue | null = null;

  private constructor(server: Server, address: string) {
    this.address = address;
    this.#server = server;
    this.#socket = once(server, "connection").then(([socket]) => {
      this.#lines = new LineQueue(socket);
      socket.on("error", () => {}); // A client that has gone answers nothing, and its exit tells why.
      return socket.setNoDelay();
    });
  }

  /** Opens the port that the client connects to. */
  static async listen(): Promise<DirectedClient> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no port for the client's orders");
    return new DirectedClient(server, `${address.address}:${address.port}`);
  }

  /**
   * Waits for the client's first line: its connections are open, or have failed.
   *
   * @returns null when it did not come, or is no longer waited for
   */
  async connected(timeoutMs: number): Promise<ControlAnswer | null> {
    try {
      const connected = Promise.race([this.#socket, this.#closed.promise]);
      await within(timeoutMs, connected, () => "the client does not connect");
    } catch {
      return null;
    }
    return this.#answer(timeoutMs);
  }

  /**
   * Gives an order.
   *
   * @param number that belongs to it, see CONTROL_ORDERS; 0: none
   * @returns null when the client is gone, or does not answer in time
   */
  async order(order: ControlOrder, timeoutMs: number, number = 0): Promise<ControlAnswer | null> {
    if (this.#lines === null) return null;
    (await this.#socket).write(`${order} ${number}\n`);
    return this.#answer(timeoutMs);
  }

  /** Gives a client at the gate the word, and leaves it to itself. */
  async release(): Promise<void> {
    this.#close();
    if (this.#lines !== null) (await this.#socket).write("exchange\n");
  }

  /** Lets the client end its connections and write its results. */
  async end(): Promise<void> {
    this.#close();
    if (this.#lines !== null) (await this.#socket).end("end\n");
  }

  /** No client is waited for any more. */
  #close(): void {
    this.#server.close();
    this.#closed.resolve();
  }

  async #answer(timeoutMs: number): Promise<ControlAnswer | null> {
    const line = (await this.#lines?.next(timeoutMs)) ?? null;
    return line === null ? null : ControlAnswer.parse(JSON.parse(line));
  }
}
