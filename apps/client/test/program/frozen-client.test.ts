import { pause } from "@c10k-lab/process/testing";
import { expect, test } from "vitest";
import { runClient } from "./client-process.ts";
import { startMutant } from "./mutant-server.ts";

const FROZEN_MS = 2500;

test("trial 17: a client that was frozen for longer than --timeout blames no connection", async () => {
  let messages = 0;
  await using server = await startMutant((socket) => {
    socket.on("data", (data: Buffer) => {
      messages++;
      socket.write(data);
    });
  });
  const args = [
    "--port",
    `${server.port}`,
    "--connections",
    "2500",
    "--duration",
    "5s",
    "--timeout",
    "1500ms",
  ];
  const client = await runClient(args, {
    whileRunning: async (signal) => {
      while (messages < 10_000) await pause(20);
      signal("SIGSTOP");
      await pause(FROZEN_MS);
      signal("SIGCONT");
    },
  });
  expect(client.summary().outcomes).toMatchObject({ ok: 2500, timeout: 0 });
  expect(client.code, client.stderr).toBe(0);
});
