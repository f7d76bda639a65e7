import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { ControlAnswer } from "@c10k-lab/protocol";
import { expect, test } from "vitest";
import { Gate } from "../../src/cell/gate.ts";
import type { Service } from "../../src/engines/engine.ts";

const RUNNING = { exited: new Promise(() => {}) } as unknown as Service;
const ENDED = { exited: Promise.resolve({ code: 1, signal: null }) } as unknown as Service;

/** Connects to the gate as a client does. */
async function approach(address: string): Promise<Socket> {
  const [host = "", port = ""] = address.split(":");
  const socket = connect(Number(port), host).setEncoding("utf8");
  await once(socket, "connect");
  return socket;
}

function standBy(socket: Socket, open: number): void {
  const answer: ControlAnswer = {
    order: "connect",
    ...{ atUs: 1, messages: 0, open, errors: 0, cpuUs: 1, histograms: null, due: null },
    memory: { atRestKiB: 100, heldKiB: 100 + open },
  };
  socket.write(`${JSON.stringify(answer)}\n`);
}

test("the word comes when the last client stands by, to all of them", async () => {
  const gate = await Gate.open(2);
  const sockets = await Promise.all(gate.addresses.map(approach));
  const words: string[] = [];
  for (const socket of sockets) socket.on("data", (word) => words.push(String(word)));
  const gathered = gate.gather([RUNNING, RUNNING], 10);
  sockets.forEach((socket, index) => {
    standBy(socket, 3 + index);
  });
  expect(await gathered).toEqual({ open: 7, memory: { atRestKiB: 200, heldKiB: 207 } });
  expect(words).toEqual([]);
  await gate.pass();
  await Promise.all(sockets.map((socket) => (words.length < 2 ? once(socket, "data") : null)));
  expect(words).toEqual(["exchange\n", "exchange\n"]);
  for (const socket of sockets) socket.destroy();
});

test("a client that ends at the gate holds up nobody, and a word to it is no error", async () => {
  const gate = await Gate.open(2);
  const [gone, waiting] = await Promise.all(gate.addresses.map(approach));
  const gathered = gate.gather([ENDED, RUNNING], 10);
  if (waiting) standBy(waiting, 5);
  gone?.destroy();
  await once(gone as Socket, "close");
  expect(await gathered).toBeNull();
  const word = once(waiting as Socket, "data");
  await gate.pass();
  expect((await word)[0]).toBe("exchange\n");
  waiting?.destroy();
});
