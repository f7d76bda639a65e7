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
  expect(measurement?.messagesPerSecond).toBeGreaterThan(0);
  expect(measurement?.completed).toBe(50);
}, 60_000);
