import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { COUNTER, FIELD, Ledger, LedgerReader } from "../src/index.ts";

const CONNECTIONS = 200_000;

test("one thread closes rows while another collects them, and no row is lost or torn", async () => {
  const ledger = Ledger.allocate(64);
  const reader = new LedgerReader(ledger);
  const worker = new Worker(new URL("ledger-writer.ts", import.meta.url), {
    workerData: { memory: ledger.memory, connections: CONNECTIONS },
  });
  let isRunning = true;
  const ended = new Promise<void>((resolve, reject) => {
    worker.once("error", reject);
    worker.once("exit", () => {
      isRunning = false;
      resolve();
    });
  });
  const seen = new Uint8Array(CONNECTIONS + 100);
  let torn = 0;
  const visit = (row: number) => {
    const connection = ledger.rows.get(row, FIELD.connection);
    seen[connection] = (seen[connection] ?? 0) + 1;
    const isWhole =
      ledger.rows.get(row, FIELD.requests) === connection * 3 &&
      ledger.rows.get(row, FIELD.bytesSent) === connection * 7;
    if (!isWhole) torn++;
  };
  while (isRunning) {
    reader.collect(visit);
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
  await ended;
  reader.collect(visit);
  const accepted = ledger.counter(COUNTER.accepted);
  expect(accepted).toBeGreaterThanOrEqual(CONNECTIONS);
  expect(torn).toBe(0);
  expect(seen.subarray(1, accepted + 1).every((times) => times === 1)).toBe(true);
  expect(reader.totals().requests).toBe((3 * accepted * (accepted + 1)) / 2);
});
