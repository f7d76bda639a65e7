import { posix } from "@c10k-lab/posix";
import { SCRATCH_BYTES } from "../measure/limits.ts";
import { COUNT } from "../measure/loop-evidence.ts";
import { RESULT } from "../measure/results-table.ts";
import type { ConnectionTable } from "./connection-table.ts";
import type { LoadContext } from "./load-context.ts";
import type { Messages } from "./messages.ts";

/** Bytes that are shown of input that no message asked for. */
const UNASKED_BYTES = 60;

/** Sends messages and receives their echoes: calls send(2) and recv(2), and counts calls and bytes. Allocates nothing. */
export class Transfers {
  readonly #context: LoadContext;
  readonly #table: ConnectionTable;
  readonly #messages: Messages;

  constructor(context: LoadContext, table: ConnectionTable, messages: Messages) {
    this.#context = context;
    this.#table = table;
    this.#messages = messages;
  }

  /** Sends as much of the message in flight as the socket takes. @returns 0, or a negative error number */
  send(connection: number): number {
    const { io, pool, results, evidence } = this.#context;
    const messages = this.#messages;
    let sent: number;
    do {
      evidence.counts[COUNT.sends]++;
      sent = io.send(
        this.#table.fd(connection),
        pool.bytes,
        messages.offset(connection),
        messages.unsentBytes(connection),
      );
    } while (sent === -posix.EINTR);
    if (sent < 0) return sent === -posix.EAGAIN ? 0 : sent;
    messages.noteSent(connection, sent);
    results.rows.values[connection * results.rows.fields + RESULT.bytesSent] += sent;
    return 0;
  }

  /** Receives into the scratch buffer. @returns the length, 0 for a FIN, or a negative error number */
  receive(connection: number): number {
    const { io, scratch, evidence } = this.#context;
    let length: number;
    do {
      evidence.counts[COUNT.receives]++;
      length = io.recv(this.#table.fd(connection), scratch, 0, SCRATCH_BYTES);
    } while (length === -posix.EINTR);
    return length;
  }

  /** Verifies the bytes just received. @returns false when they are no echo; the first such bytes of a run are kept */
  accept(connection: number, length: number): boolean {
    const { results, scratch } = this.#context;
    results.rows.values[connection * results.rows.fields + RESULT.bytesReceived] += length;
    if (this.#messages.accept(connection, scratch, length)) return true;
    this.#keep(connection, this.#messages.describeWrong(connection, scratch, length));
    return false;
  }

  /** Notes bytes just received that no message asked for. */
  noteUnasked(connection: number, length: number): void {
    const received = this.#context.scratch.toString("utf8", 0, Math.min(length, UNASKED_BYTES));
    this.#keep(connection, { sent: "", received });
  }

  #keep(connection: number, wrong: { readonly sent: string; readonly received: string }): void {
    this.#context.firstWrong ??= { connection: connection + 1, ...wrong };
  }
}
