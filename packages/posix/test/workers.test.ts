import { readdirSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { posix } from "../src/index.ts";

test("eight threads at a time load the addon, use it and end, three times, without leaking descriptors", async () => {
  for (let round = 0; round < 3; round++) {
    const results = await Promise.all(Array.from({ length: 8 }, runWorker));
    expect(results).toEqual(Array(8).fill(posix.EPOLLET));
  }
  const before = readdirSync("/proc/self/fd").length;
  await Promise.all(Array.from({ length: 8 }, runWorker));
  expect(readdirSync("/proc/self/fd").length, "descriptors left behind").toBeLessThanOrEqual(before + 1);
});

function runWorker(): Promise<unknown> {
  const worker = new Worker(new URL("load-and-wait.ts", import.meta.url));
  let message: unknown;
  return new Promise((resolve, reject) => {
    worker.once("message", (value) => {
      message = value;
    });
    worker.once("error", reject);
    worker.once("exit", () => resolve(message));
  });
}
