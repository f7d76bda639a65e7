import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CommandServer } from "@c10k-lab/conformance/suite";
import { expect, test } from "vitest";
import { measure } from "../src/grade/measure.ts";
import { compileBrokenServer } from "./fixtures/broken-server.ts";

test("a submission that listens on ::1 alone is measured there", async () => {
  const command = `exec ${compileBrokenServer()} listens-on-ipv6-alone {port}`;
  const start = () => CommandServer.start({ command, startBoundMs: 15_000 });
  const folder = mkdtempSync(join(tmpdir(), "c10k-measure-"));
  const measurement = await measure(start, folder, 500);
  expect(measurement.messagesPerSecond).toBeGreaterThan(0);
  expect(measurement.completed).toBe(50);
}, 60_000);

test("a submission that cannot be measured has the reason", async () => {
  const folder = mkdtempSync(join(tmpdir(), "c10k-measure-"));
  const start = (command: string) => () => CommandServer.start({ command, startBoundMs: 15_000 });
  await expect(measure(start("exit 3 # {port}"), folder, 100)).rejects.toThrow(/exit code 3/);
  // The client cannot write its summary there.
  const server = start(`exec ${compileBrokenServer()} none {port}`);
  await expect(measure(server, "/proc/none", 100)).rejects.toThrow(
    /^the load client left no summary and ended with exit code 3: client: results cannot be written: /,
  );
}, 60_000);
