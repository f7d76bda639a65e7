import { workerData } from "node:worker_threads";
import { FIELD, Ledger, type LedgerMemory } from "../src/index.ts";

/** Worker that plays a data plane: it opens and closes rows as fast as they are released. */
const { memory, connections } = workerData as { memory: LedgerMemory; connections: number };
const ledger = new Ledger(memory);
const open: number[] = [];

for (let done = 0; done < connections; ) {
  if (ledger.reserve() >= 0 && open.length < 20) {
    const row = ledger.open(done);
    const connection = ledger.rows.get(row, FIELD.connection);
    ledger.rows.set(row, FIELD.requests, connection * 3);
    ledger.rows.set(row, FIELD.bytesSent, connection * 7);
    open.push(row);
  } else {
    const row = open.shift();
    if (row === undefined) continue;
    ledger.close(row, 1, done);
    done++;
  }
}
for (const row of open) ledger.close(row, 1, connections);
