import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";

/** A server that calls `answer` with the bytes it receives, and counts them. */
export class EvilServer {
  received = 0;
  readonly #server;
  readonly #sockets = new Set<Socket>();

  private constructor(answer: (bytes: Buffer, socket: Socket) => void) {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on("error", () => {}); // The client resets the connection as soon as it sees a wrong answer.
      socket.on("data", (bytes: Buffer) => {
        this.received += bytes.length;
        answer(bytes, socket);
      });
    });
  }

  static async start(answer: (bytes: Buffer, socket: Socket) => void): Promise<EvilServer> {
    const server = new EvilServer(answer);
    server.#server.listen(0, "127.0.0.1");
    await once(server.#server, "listening");
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }
}
