import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { readLastLine } from "../../src/evidence/last-line.ts";

const STACK = `node:internal/modules/cjs/loader:1523
  throw err;
  ^

Error: Cannot find module '/checkout/main.ts'
    at Module._resolveFilename (node:internal/modules/cjs/loader:1520:15) {
  code: 'MODULE_NOT_FOUND'
}

Node.js v26.10.0
`;

test.each([
  ["the last line of a log", "one\ntwo\n\n", "two"],
  ["the error of a stack that Node printed", STACK, "Error: Cannot find module '/checkout/main.ts'"],
  [
    "the error with a code",
    "TypeError [ERR_X]: no such thing\n    at main.ts:1:1\n\nNode.js v26.10.0",
    "TypeError [ERR_X]: no such thing",
  ],
  ["Node's version where no error is before it", "Node.js v26.10.0", "Node.js v26.10.0"],
])("a process that failed is explained by %s", (_what, log, line) => {
  const folder = mkdtempSync(join(tmpdir(), "c10k-log-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "server.log"), log);
  expect(readLastLine(folder, "server")).toBe(line);
});
