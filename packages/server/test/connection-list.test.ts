import { encodeAddress, posix } from "@c10k-lab/posix";
import { CLOSE_REASONS } from "@c10k-lab/protocol";
import { Ledger, PEER_BYTES } from "@c10k-lab/stats";
import { expect, test } from "vitest";
import { ClientNames } from "../src/control-plane/client-names.ts";
import { ConnectionList } from "../src/control-plane/connection-list.ts";
import { CLOSE_CODE } from "../src/data-plane/close-code.ts";

test("a row of the ledger has room for an address of either family", () => {
  expect(PEER_BYTES).toBe(posix.SOCKADDR_IN6_BYTES);
});

test.each(CLOSE_REASONS)("the list and the CSV row name the close reason %s", (reason) => {
  const ledger = Ledger.allocate(1);
  const list = new ConnectionList(ledger, new ClientNames());
  const row = ledger.reserve();
  ledger.open(1000);
  ledger.peers.set(encodeAddress({ host: "127.0.0.1", port: 4711 }), row * PEER_BYTES);
  expect(list.readEntry(row).closeReason).toBeNull();
  ledger.close(row, CLOSE_CODE[reason], 3500);
  const entry = list.readEntry(row);
  expect(entry).toMatchObject({ port: 4711, durationMs: 2.5, closeReason: reason });
  expect(list.toCsvRow(entry).at(-1)).toBe(reason);
});
