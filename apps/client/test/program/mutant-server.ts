import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";

/** A server in this process; `serve` handles each connection. */
export interface MutantServer extends AsyncDisposable {
  readonly port: number;
  readonly sockets: Set<Socket>;
}

export async function startMutant(serve: (socket: Socket) => void): Promise<MutantServer> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("end", () => socket.end());
    serve(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    sockets,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
