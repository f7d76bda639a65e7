import { mkdtempSync, readdirSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findFreePort } from "@c10k-lab/process";
import { expect, test } from "vitest";
import { claimPaths } from "../../src/output/results-files.ts";
import { runClient } from "./client-process.ts";
import { startMutant } from "./mutant-server.ts";

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

test("--wait-for-server waits for a server that starts late, and opens no connection twice", async () => {
  const port = await findFreePort();
  let accepted = 0;
  const server = createServer((socket) => {
    accepted++;
    socket.pipe(socket);
  });
  const result = await runClient(["--port", `${port}`, "--connections", "8", "--wait-for-server", "30s"], {
    whileRunning: async () => {
      await new Promise((resolve) => setTimeout(resolve, 1500));
      server.listen(port, "127.0.0.1");
    },
  });
  server.close();
  expect(result.code).toBe(0);
  expect(accepted).toBe(8);
});

test("--wait-for-server ends after its time", async () => {
  const result = await runClient(["--port", "9", "--connections", "2", "--wait-for-server", "300ms"]);
  expect(result.code).toBe(1);
  expect(result.stderr).toBe("client: no server listens on 127.0.0.1:9\n");
});
