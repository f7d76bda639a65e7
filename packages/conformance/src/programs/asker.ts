import { connect } from "node:net";

/**
 * Program that sends to the port in its first argument, from 127.0.0.2, as many lines as its second says, each when the last is
 * back. It prints how many came back.
 */
const [port, lines] = process.argv.slice(2).map(Number);
const LINE = "is it my turn?\n";
let answers = 0;
let missing = LINE.length;

const socket = connect({ port: port ?? 0, host: "127.0.0.1", localAddress: "127.0.0.2", noDelay: true }, ask);
socket.on("data", ({ length }) => {
  missing -= length;
  if (missing > 0) return;
  answers++;
  if (answers === lines) socket.end();
  else ask();
});
socket.once("close", () => process.stdout.write(`${answers}\n`));

function ask(): void {
  missing = LINE.length;
  socket.write(LINE);
}
