import { mkdtempSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Child, KeptCommand } from "@c10k-lab/process";
import { expect, test } from "vitest";

const PRINTED_BYTES = 100e6;
/** Prints as many bytes to each output, in lines of 1,000 bytes, then one line more. */
const CHATTER = `line=$(head -c 999 /dev/zero | tr '\\0' x)
  yes "$line" | head -c ${PRINTED_BYTES} >&2; yes "$line" | head -c ${PRINTED_BYTES}; echo last`;
const BOUND_MS = 60_000;

test("B7 a child that prints 100 MB to each output ends although nobody reads, and its last line is kept", async () => {
  const child = new Child({ program: "sh", args: ["-c", CHATTER], ownSession: false });
  expect(await child.endWithin(BOUND_MS)).toEqual({ code: 0, signal: null });
  let kept = 0;
  let last = "";
  for (let line = await child.nextLine(0); line !== null; line = await child.nextLine(0)) {
    kept++;
    last = line;
  }
  expect(last).toBe("last");
  expect(kept, "lines in memory").toBeLessThanOrEqual(2000);
}, 90_000);

test("B7 a foreign command that prints 100 MB to each output ends, and its log has a MiB", async () => {
  const log = join(mkdtempSync(join(tmpdir(), "c10k-chatty-")), "server.log");
  const command = ["sh", "-c", CHATTER];
  const kept = new KeptCommand({ command, cwd: "/", env: {}, stopSignal: "SIGTERM", processors: null, log });
  expect(await kept.endWithin(BOUND_MS)).toEqual({ code: 0, signal: null });
  // A log is closed for more once it is full; the piece that fills it is written whole.
  expect(statSync(log).size).toBeGreaterThan(2 ** 20);
  expect(statSync(log).size).toBeLessThan(2 ** 21);
}, 90_000);
