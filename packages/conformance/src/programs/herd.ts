import { connect } from "node:net";

/**
 * Program that connects as many clients at once as its second argument says to the port in its first. Each sends a line when it is
 * connected and leaves when the line is back. The program ends with the last of them, and prints how many got theirs. With the third
 * argument "late" it prints "connected" once all are connected, and they send after SIGUSR2.
 */
const [port, clients = 0] = process.argv.slice(2, 4).map(Number);
const isLate = process.argv[4] === "late";
const LINE = "is there room for me?\n";
let connected = 0;
let served = 0;
process.setMaxListeners(0);

for (let at = 0; at < clients; at++) {
  const socket = connect({ port: port ?? 0, host: "127.0.0.1" }, () => {
    connected++;
    if (!isLate) socket.write(LINE);
    else process.once("SIGUSR2", () => socket.write(LINE));
    if (isLate && connected === clients) process.stdout.write("connected\n");
  });
  let echo = "";
  socket.setEncoding("utf8").on("data", (text) => {
    echo += text;
    if (echo !== LINE) return;
    served++;
    socket.end();
  });
  // A client that fails is not counted.
  socket.on("error", () => {});
}

process.once("exit", () => process.stdout.write(`${served}\n`));
