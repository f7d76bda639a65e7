import { monotonicUs, posix } from "@c10k-lab/posix";
import type { RefusalReason } from "@c10k-lab/protocol/names";
import { COUNTER, FIELD, type Ledger } from "@c10k-lab/stats/ledger";
import { BUFFER_BYTES } from "../limits.ts";
import { CLOSE_CODE } from "./close-code.ts";

/** Bound of recv(2) calls per refused connection. A client that sends more, or goes on sending, may see a reset. */
const READS = 64;
const unread = new Uint8Array(BUFFER_BYTES);

/**
 * Closes a connection that was just accepted, and its row. Input that has already arrived is read first: close(2) with
 * unread input resets the connection, but the client should see an end of file.
 */
export function refuse(ledger: Ledger, row: number, fd: number, reason: RefusalReason): void {
  posix.shutdown(fd, posix.SHUT_WR);
  posix.fcntl(fd, posix.F_SETFL, posix.O_NONBLOCK);
  for (let reads = 0; reads < READS; reads++) {
    ledger.rows.add(row, FIELD.recvCalls, 1);
    if (posix.recv(fd, unread, 0, BUFFER_BYTES) <= 0) break;
  }
  posix.close(fd);
  ledger.count(COUNTER.refused, 1);
  ledger.close(row, CLOSE_CODE[reason], monotonicUs());
}
