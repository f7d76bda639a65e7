import { connect } from "node:net";

/** Program that sends to the port in its first argument as fast as it can, and reads and drops the echoes, until it is killed. */
const CHUNK = Buffer.alloc(2 ** 20, "as fast as it goes\n");
const buffer = new Uint8Array(2 ** 20);
const socket = connect({
  port: Number(process.argv[2]),
  host: "127.0.0.1",
  onread: { buffer, callback: () => true },
});

function pump(): void {
  while (socket.write(CHUNK));
}

socket.on("drain", pump);
pump();
