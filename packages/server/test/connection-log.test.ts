import { mkdtempDisposableSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CsvFile } from "@c10k-lab/files";
import { encodeAddress } from "@c10k-lab/posix";
import { FIELD, Ledger, LedgerReader, PEER_BYTES } from "@c10k-lab/stats";
import { expect, test, vi } from "vitest";
import { ClientNames } from "../src/control-plane/client-names.ts";
import { ConnectionList } from "../src/control-plane/connection-list.ts";
import { ConnectionLog } from "../src/control-plane/connection-log.ts";
import { CLOSE_CODE } from "../src/data-plane/close-code.ts";

/** Returns a log of one closed connection with three requests, and what it uses. */
function logOfOne(file: CsvFile | undefined) {
  const ledger = Ledger.allocate(1);
  const row = ledger.reserve();
  ledger.open(1000);
  ledger.peers.set(encodeAddress({ host: "127.0.0.1", port: 4711 }), row * PEER_BYTES);
  ledger.rows.set(row, FIELD.requests, 3);
  ledger.close(row, CLOSE_CODE["client-closed"], 3500);
  const reader = new LedgerReader(ledger);
  const names = new ClientNames();
  const lookUp = vi.spyOn(names, "get").mockReturnValue("a.test");
  const silent = { info: () => {}, warn: () => {}, error: () => {} };
  const log = new ConnectionLog(reader, new ConnectionList(ledger, names), names, file, silent);
  return { log, ledger, reader, lookUp };
}

test("without a file a closed row is counted and released, and no name is looked up", async () => {
  const { log, ledger, reader, lookUp } = logOfOne(undefined);
  expect(ledger.reserve()).toBe(-1);
  expect(await log.stop()).toBe(true);
  expect(lookUp).not.toHaveBeenCalled();
  expect(reader.totals()).toMatchObject({ requests: 3, closed: [1] });
  expect(ledger.reserve()).toBe(0);
});

test("with a file a closed row is written under its client's name", async () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), "connection-log-"));
  const path = join(folder.path, "rows.csv");
  const { log, lookUp } = logOfOne(CsvFile.create(path, ["connection"]));
  expect(await log.stop()).toBe(true);
  expect(lookUp).toHaveBeenCalledWith("127.0.0.1");
  expect(readFileSync(path, "utf8").split("\n")[1]).toMatch(
    /^1,a\.test,127\.0\.0\.1,4711,.*,2\.5,3,0,0,client-closed$/,
  );
});
