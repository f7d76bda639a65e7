import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { LineQueue } from "@c10k-lab/process";
import { ControlAnswer } from "@c10k-lab/protocol";
import { expect, test } from "vitest";
import { type ClientResult, runClient } from "./client-process.ts";
import { startMutant } from "./mutant-server.ts";

const ANSWER_MS = 20_000;

/** Runs a client that waits at a gate, against a server that echoes. */
async function runAtGate(
  args: readonly string[],
  atGate: (answer: ControlAnswer, socket: Socket, signal: (name: NodeJS.Signals) => void) => void,
): Promise<ClientResult> {
  await using server = await startMutant((socket) => socket.on("data", (data) => socket.write(data)));
  const listener = createServer().listen(0, "127.0.0.1");
  await once(listener, "listening");
  const { port } = listener.address() as { port: number };
  return await runClient(["--port", `${server.port}`, "--gate", `127.0.0.1:${port}`, ...args], {
    whileRunning: async (signal) => {
      const [socket] = (await once(listener, "connection")) as [Socket];
      listener.close();
      const line = await new LineQueue(socket).next(ANSWER_MS);
      atGate(ControlAnswer.parse(JSON.parse(line ?? "null")), socket, signal);
    },
  });
}

test("all connections are open and proven before the word, and messages follow it", async () => {
  let seen: ControlAnswer | null = null;
  const result = await runAtGate(
    ["--connections", "20", "--active", "5", "--repeat", "4"],
    (answer, socket) => {
      seen = answer;
      socket.write("exchange\n");
    },
  );
  expect(result.code).toBe(0);
  expect(seen).toMatchObject({ order: "connect", open: 20, messages: 0, errors: 0 });
  const { memory } = seen as unknown as ControlAnswer;
  expect(memory?.atRestKiB).toBeGreaterThan(30_000);
  const { achieved } = result.summary();
  expect(achieved).toMatchObject({ messages: 20, proofs: 30, held: 20, completed: 20 });
});

test("a client that is stopped at the gate writes its rows and ends", async () => {
  const result = await runAtGate(["--connections", "3"], (_, _socket, signal) => signal("SIGTERM"));
  expect(result.code).toBe(143);
  expect((await result.rows()).map(({ outcome }) => outcome)).toEqual(Array(3).fill("interrupted"));
});

test("without a lab at its gate a client ends", async () => {
  const result = await runAtGate(["--connections", "3"], (_, socket) => socket.destroy());
  expect((await result.rows()).map(({ outcome }) => outcome)).toEqual(Array(3).fill("interrupted"));
});
