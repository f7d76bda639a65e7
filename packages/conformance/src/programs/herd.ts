import { connect } from "node:net";

/**
 * Program that connects as many clients at once as its second argument says to the port in its first. Each sends a line when it is
 * connected and leaves when the line is back. The program ends with the last of them, and prints how many got theirs.
 */
const [port, clients] = process.argv.slice(2).map(Number);
const LINE = "is there room for me?\n";
let served = 0;

for (let at = 0; at < clients; at++) {
  const socket = connect({ port, host: "127.0.0.1" }, () => socket.write(LINE));
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
