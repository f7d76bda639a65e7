import { expect, test } from "vitest";
import { runClient } from "./client-process.ts";
import { startFreezable } from "./frozen-server.ts";

test("C12 a server that is killed at half time ends the client at once, with a named outcome for each connection", async () => {
  const server = await startFreezable();
  const args = ["--port", `${server.port}`, "--connections", "50", "--think", "5ms", "--duration", "10m"];
  const result = await runClient(args, {
    whileRunning: async () => {
      await server.inUse;
      await server[Symbol.asyncDispose]();
    },
  });
  expect(result.code, result.stderr).toBe(1);
  const outcomes = (await result.rows()).map((row) => row.outcome);
  expect(outcomes).toHaveLength(50);
  expect(new Set(outcomes).isSubsetOf(new Set(["eof-early", "reset"])), outcomes.join()).toBe(true);
  expect(result.stderr).toMatch(/50 of 50 connections failed: /);
});
