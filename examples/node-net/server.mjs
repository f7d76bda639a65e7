// Echo server with node:net.
// npm run lab -- run quick --server 'node-net=node examples/node-net/server.mjs {port}' --only node-net,epoll
import { createServer } from "node:net";

const server = createServer({ noDelay: true }, (socket) => {
  socket.on("error", () => socket.destroy());
  socket.pipe(socket);
});
server.listen({ port: Number(process.argv[2]), host: "127.0.0.1", backlog: 4096 });
process.on("SIGTERM", () => process.exit());
