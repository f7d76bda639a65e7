import type { Socket } from "node:net";

/** Returns a server that answers each message with `answer`. */
export const answerWith = (answer: (data: Buffer, count: number) => Buffer) => (socket: Socket) => {
  let count = 0;
  socket.on("data", (data: Buffer) => socket.write(answer(data, ++count)));
};

/** Servers that lie, each with the outcome of every connection to it. */
export const MUTANTS: readonly [string, string, (socket: Socket) => void][] = [
  ["changes a byte", "wrong-bytes", answerWith((data) => Buffer.from(data.toString().toUpperCase()))],
  ["sends everything twice", "wrong-bytes", answerWith((data) => Buffer.concat([data, data]))],
  ["reverses", "wrong-bytes", answerWith((data) => data.reverse())],
  ["swaps two bytes", "wrong-bytes", answerWith(swapBytes)],
  [
    "truncates, and keeps the line's end",
    "wrong-bytes",
    answerWith((data) => Buffer.concat([data.subarray(0, -5), data.subarray(-1)])),
  ],
  ["speaks first", "wrong-bytes", (socket) => socket.write("hello\n")],
  [
    "closes after half an echo",
    "eof-early",
    (socket) => socket.on("data", (data: Buffer) => socket.end(data.subarray(0, 5))),
  ],
  ["closes at once", "eof-early", (socket) => socket.end()],
  [
    "closes after three of twenty",
    "eof-early",
    (socket) => {
      let count = 0;
      socket.on("data", (data: Buffer) => (++count === 3 ? socket.end(data) : socket.write(data)));
    },
  ],
  ["resets", "reset", (socket) => socket.on("data", () => socket.resetAndDestroy())],
  ["holds back the last byte", "timeout", answerWith((data) => data.subarray(0, -1))],
  ["stalls after three", "timeout", answerWith((data, count) => (count > 3 ? Buffer.alloc(0) : data))],
  ["never answers", "timeout", () => {}],
];

function swapBytes(data: Buffer): Buffer {
  return Buffer.from([data[1], data[0], ...data.subarray(2)] as number[]);
}
