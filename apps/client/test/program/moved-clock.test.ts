import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mainOf } from "@c10k-lab/process/testing";
import { expect, test } from "vitest";
import { runClient } from "./client-process.ts";
import { startMutant } from "./mutant-server.ts";

const HOUR_MS = 3_600_000;

test("C10 a clock that steps by two hours while messages are exchanged changes no time that was measured", async () => {
  const shim = join(mkdtempSync(join(tmpdir(), "c10k-clock-")), "moved-clock.so");
  execFileSync("cc", ["-shared", "-fPIC", "-o", shim, join(import.meta.dirname, "moved-clock.c")]);
  const preload = ["env", `LD_PRELOAD=${shim}`, process.execPath];
  // The shim works: a process sees the clock jump.
  const watch = `const t = Date.now(), begun = performance.now(); let far = 0;
    while (far < ${HOUR_MS + 1} && performance.now() - begun < 10_000) far = Math.abs(Date.now() - t);
    console.log(far);`;
  const [env = "", ...words] = preload;
  expect(Number(execFileSync(env, [...words, "--eval", watch]))).toBeGreaterThan(HOUR_MS);

  await using server = await startMutant((socket) => socket.on("data", (data) => socket.write(data)));
  const args = ["--port", `${server.port}`, "--connections", "10", "--think", "10ms", "--duration", "1s"];
  const result = await runClient(args, { command: [...preload, mainOf("client")] });
  expect(result.code, result.stderr).toBe(0);
  const rows = await result.rows();
  expect(rows).toHaveLength(10);
  for (const row of rows) {
    for (const name of [
      "connect_ms",
      "first_response_ms",
      "response_ms_min",
      "response_ms_max",
      "duration_ms",
    ]) {
      expect(Number(row[name]), name).toBeGreaterThan(0);
      expect(Number(row[name]), name).toBeLessThan(HOUR_MS / 10);
    }
    // 1 s of messages, with no more of them than the pauses allow.
    expect(Number(row.duration_ms)).toBeGreaterThanOrEqual(900);
    expect(Number(row.requests_completed)).toBeLessThanOrEqual(101);
  }
});
