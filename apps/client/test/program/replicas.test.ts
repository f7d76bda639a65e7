import { randomInt } from "node:crypto";
import { mkdtempSync, readdirSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findFreePort } from "@c10k-lab/process";
import { pause, SIZED_BOUND_MS, SIZES } from "@c10k-lab/process/testing";
import { expect, test } from "vitest";
import { claimPaths } from "../../src/output/results-files.ts";
import { runClient } from "./client-process.ts";
import { startMutant } from "./mutant-server.ts";

const { starts: STARTS } = SIZES.B8;
const LATEST_MS = 3000;

test("clients that share a folder take different numbers, the same in both paths", async () => {
  const folder = mkdtempSync(join(tmpdir(), "c10k-replicas-"));
  await using server = await startMutant((socket) => socket.on("data", (data: Buffer) => socket.write(data)));
  const files = ["--stats", join(folder, "rows-{n}.csv"), "--summary", join(folder, "sum-{n}.json")];
  const replica = () => runClient(["--port", `${server.port}`, "--connections", "3"], { files });
  const results = await Promise.all([replica(), replica(), replica()]);
  expect(results.map(({ code }) => code)).toEqual([0, 0, 0]);
  expect(readdirSync(folder).sort()).toEqual([
    "rows-1.csv",
    "rows-2.csv",
    "rows-3.csv",
    "sum-1.json",
    "sum-2.json",
    "sum-3.json",
  ]);
});

test("paths without {n} stay unchanged", () => {
  expect(claimPaths({ stats: "a.csv", summary: undefined })).toEqual({ stats: "a.csv", summary: undefined });
});

test(
  `B8 --wait-for-server waits for ${STARTS} servers that start late, and opens no connection twice`,
  async () => {
    for (let at = 0; at < STARTS; at++) await waitForLateServer();
  },
  SIZED_BOUND_MS,
);

async function waitForLateServer(): Promise<void> {
  const port = await findFreePort();
  let accepted = 0;
  const server = createServer((socket) => {
    accepted++;
    socket.pipe(socket);
  });
  const result = await runClient(["--port", `${port}`, "--connections", "8", "--wait-for-server", "30s"], {
    whileRunning: async () => {
      await pause(randomInt(LATEST_MS));
      server.listen(port, "127.0.0.1");
    },
  });
  server.close();
  expect(result.code).toBe(0);
  expect(accepted).toBe(8);
}

test("--wait-for-server ends after its time", async () => {
  const result = await runClient(["--port", "9", "--connections", "2", "--wait-for-server", "300ms"]);
  expect(result.code).toBe(1);
  expect(result.stderr).toBe("client: no server listens on 127.0.0.1:9\n");
});
