import { expect, test } from "vitest";
import { runFrozen } from "./frozen-client.ts";

test("trial 17: a client that was frozen for longer than --timeout blames no connection", async () => {
  const client = await runFrozen({ connections: 2500, timeoutMs: 1500, frozenMs: 2500 });
  expect(client.summary().outcomes).toMatchObject({ ok: 2500, timeout: 0 });
  expect(client.code, client.stderr).toBe(0);
});
