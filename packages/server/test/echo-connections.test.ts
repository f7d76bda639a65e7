import { constants } from "node:os";
import { posix } from "@c10k-lab/posix";
import { CLOSE_REASONS } from "@c10k-lab/protocol";
import { COUNTER, FIELD, Ledger } from "@c10k-lab/stats";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  AWAIT_READABLE,
  AWAIT_TURN,
  AWAIT_WRITABLE,
  CLOSED,
  EchoConnections,
  type PendingEcho,
  type SocketIo,
} from "../src/data-plane/echo-connections.ts";
import { READABLE } from "../src/data-plane/poller.ts";
import { BUFFER_BYTES, READS_PER_TURN } from "../src/limits.ts";

const { EAGAIN, EINTR, ECONNRESET, EPIPE } = posix;
const { EIO } = constants.errno;

/** Stream of a scripted client: 0, 1, 2, … 250, 0, …, so one byte in 251 is a newline. */
const STREAM = Buffer.alloc(251 * 200).map((_, at) => at % 251);

/** Socket that plays scripts: the results of each recv(2) and send(2). */
class ScriptedSocket implements SocketIo {
  received = 0;
  sent = 0;
  /** True while each byte sent equals the byte received at its place. */
  isExact = true;
  shutdowns = 0;
  readonly #recvs: number[];
  readonly #sends: number[];

  constructor(recvs: readonly number[], sends: readonly number[] = []) {
    this.#recvs = [...recvs];
    this.#sends = [...sends];
  }

  play(recvs: readonly number[], sends: readonly number[] = []): void {
    this.#recvs.push(...recvs);
    this.#sends.push(...sends);
  }

  get unread(): number {
    return this.#recvs.length;
  }

  /** Plays the next result; after the end of the script there is no more input. */
  recv(_fd: number, buffer: Uint8Array, offset: number, length: number): number {
    const result = Math.min(this.#recvs.shift() ?? -EAGAIN, length);
    if (result > 0) {
      buffer.set(piece(this.received, result), offset);
      this.received += result;
    }
    return result;
  }

  /** Plays the next result; after the end of the script the socket takes all bytes. */
  send(_fd: number, buffer: Uint8Array, offset: number, length: number): number {
    const result = Math.min(this.#sends.shift() ?? length, length);
    if (result > 0) {
      if (Buffer.compare(buffer.subarray(offset, offset + result), piece(this.sent, result)) !== 0)
        this.isExact = false;
      this.sent += result;
    }
    return result;
  }

  shutdown(): number {
    this.shutdowns++;
    return 0;
  }
}

function piece(from: number, length: number): Uint8Array {
  return STREAM.subarray(from % 251, (from % 251) + length);
}

const FD = 3;

function connect(io: ScriptedSocket) {
  const ledger = Ledger.allocate(1);
  ledger.reserve();
  const row = ledger.open(0);
  const spareEchoes: PendingEcho[] = [];
  const context = { io, ledger, scratch: Buffer.alloc(BUFFER_BYTES), spareEchoes };
  const connections = new EchoConnections(context, FD + 1);
  connections.open(FD, 1, row, READABLE, 0);
  return {
    connection: {
      serve: () => connections.serve(FD),
      finish: () => connections.finish(FD),
      readToTheEnd: () => connections.readToTheEnd(FD),
      close: () => connections.close(FD),
    },
    ledger,
    spareEchoes,
    field: (name: keyof typeof FIELD) => ledger.rows.get(row, FIELD[name]),
    reason: () => CLOSE_REASONS[connections.closeReason],
  };
}

test("a connection sends what it receives, and a short read ends its turn", () => {
  const io = new ScriptedSocket([5, 3]);
  const { connection, field } = connect(io);
  expect(connection.serve()).toBe(AWAIT_READABLE);
  expect(io).toMatchObject({ sent: 5, isExact: true });
  expect(field("bytesReceived")).toBe(5);
  expect(field("bytesSent")).toBe(5);
  expect(io.unread).toBe(1);
});

test("the results 5, EINTR, 3, EAGAIN, 0 make two echoes and a close", () => {
  const io = new ScriptedSocket([5, -EINTR, 3, -EAGAIN, 0]);
  const { connection, field, reason } = connect(io);
  connection.readToTheEnd();
  expect(connection.serve()).toBe(AWAIT_READABLE);
  expect(field("bytesSent")).toBe(8);
  expect(connection.serve()).toBe(CLOSED);
  expect(reason()).toBe("client-closed");
  expect(io).toMatchObject({ sent: 8, isExact: true });
});

test("a connection reads on after a full buffer", () => {
  const io = new ScriptedSocket([BUFFER_BYTES, BUFFER_BYTES, 1]);
  const { connection } = connect(io);
  expect(connection.serve()).toBe(AWAIT_READABLE);
  expect(io).toMatchObject({ sent: 2 * BUFFER_BYTES + 1, isExact: true });
});

test("after readToTheEnd a connection reads past a short read until the FIN", () => {
  const io = new ScriptedSocket([5, 2, 0]);
  const { connection } = connect(io);
  connection.readToTheEnd();
  expect(connection.serve()).toBe(CLOSED);
  expect(io.sent).toBe(7);
});

test("readToTheEnd lasts until EAGAIN, so each later message costs one recv(2)", () => {
  const io = new ScriptedSocket([5, 3, -EAGAIN]);
  const { connection, field } = connect(io);
  connection.readToTheEnd();
  expect(connection.serve()).toBe(AWAIT_READABLE);
  expect(field("recvCalls")).toBe(3);
  for (let message = 1; message <= 10; message++) {
    io.play([4]);
    expect(connection.serve()).toBe(AWAIT_READABLE);
    expect(field("recvCalls")).toBe(3 + message);
  }
});

test("a pending echo does not end readToTheEnd", () => {
  const io = new ScriptedSocket([10, 4, 0], [-EAGAIN]);
  const { connection } = connect(io);
  connection.readToTheEnd();
  expect(connection.serve()).toBe(AWAIT_WRITABLE);
  expect(connection.serve()).toBe(CLOSED);
  expect(io.sent).toBe(14);
});

test("the turn of a client that always has more data ends after READS_PER_TURN reads", () => {
  const io = new ScriptedSocket(Array(READS_PER_TURN + 1).fill(BUFFER_BYTES));
  const { connection } = connect(io);
  expect(connection.serve()).toBe(AWAIT_TURN);
  expect(io.unread).toBe(1);
  expect(connection.serve()).toBe(AWAIT_READABLE);
});

test("a connection reads nothing while its echo is pending, then sends the rest", () => {
  const io = new ScriptedSocket([10, 4], [3, -EAGAIN, 2, -EINTR, 5]);
  const { connection, field, ledger, spareEchoes } = connect(io);
  expect(connection.serve()).toBe(AWAIT_WRITABLE);
  expect(connection.serve()).toBe(AWAIT_WRITABLE);
  expect(connection.serve()).toBe(AWAIT_WRITABLE);
  expect(io.unread).toBe(1);
  expect(field("bytesSent")).toBe(5);
  expect(connection.serve()).toBe(AWAIT_READABLE);
  expect(io).toMatchObject({ sent: 14, isExact: true });
  expect(ledger.counter(COUNTER.shortWrites)).toBe(3);
  expect(spareEchoes).toHaveLength(1);
});

test("a connection reads a FIN behind a pending echo after the echo is sent", () => {
  const io = new ScriptedSocket([10, 0], [-EAGAIN]);
  const { connection, field } = connect(io);
  connection.readToTheEnd();
  expect(connection.serve()).toBe(AWAIT_WRITABLE);
  expect(connection.serve()).toBe(CLOSED);
  expect(field("bytesSent")).toBe(10);
});

test.each([
  ["recv", [-ECONNRESET], [], "reset"],
  ["send", [5], [-ECONNRESET], "reset"],
  ["send", [5], [-EPIPE], "reset"],
  ["recv", [-EIO], [], "error"],
  ["send", [5], [-EIO], "error"],
])("an error of %s closes the connection: the scripts %j and %j end with %s", (_, recvs, sends, expected) => {
  const { connection, reason } = connect(new ScriptedSocket(recvs, sends));
  expect(connection.serve()).toBe(CLOSED);
  expect(reason()).toBe(expected);
});

test("a reset closes a connection with a pending echo and frees its buffer", () => {
  const { connection, reason, spareEchoes } = connect(new ScriptedSocket([5], [-EAGAIN, -ECONNRESET]));
  expect(connection.serve()).toBe(AWAIT_WRITABLE);
  expect(connection.serve()).toBe(CLOSED);
  expect(reason()).toBe("reset");
  connection.close();
  expect(spareEchoes).toHaveLength(1);
});

test("finish echoes what has arrived, sends FIN, and drops later input", () => {
  const io = new ScriptedSocket([5]);
  const { connection, field, reason } = connect(io);
  expect(connection.finish()).toBe(AWAIT_TURN);
  expect(io.shutdowns).toBe(1);
  io.play([7]);
  expect(connection.serve()).toBe(AWAIT_READABLE);
  expect(field("bytesReceived")).toBe(12);
  expect(field("bytesSent")).toBe(5);
  io.play([0]);
  expect(connection.serve()).toBe(CLOSED);
  expect(reason()).toBe("drained");
});

test("finish with a pending echo sends the FIN after the echo", () => {
  const io = new ScriptedSocket([10], [4]);
  const { connection, field } = connect(io);
  expect(connection.serve()).toBe(AWAIT_WRITABLE);
  io.play([], [-EAGAIN]);
  expect(connection.finish()).toBe(AWAIT_WRITABLE);
  expect(io.shutdowns).toBe(0);
  connection.serve();
  expect(field("bytesSent")).toBe(10);
  expect(io.shutdowns).toBe(1);
});

test("finish closes a connection whose client has already sent FIN", () => {
  const { connection, reason } = connect(new ScriptedSocket([0]));
  expect(connection.finish()).toBe(CLOSED);
  expect(reason()).toBe("client-closed");
});

test("requests count newlines received, even when the echo fails", () => {
  const { connection, field } = connect(new ScriptedSocket([251 * 3], [10, -EPIPE]));
  connection.serve();
  connection.serve();
  expect(field("requests")).toBe(3);
});

const RESULTS = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: BUFFER_BYTES }) },
  { weight: 2, arbitrary: fc.constantFrom(-EAGAIN, -EINTR) },
);

test("for any results of the socket the bytes sent are a prefix of those received, and the ledger agrees", () => {
  const sends = fc.array(fc.oneof(RESULTS, fc.constant(1)), { maxLength: 30 });
  const end = fc.constantFrom(0, -ECONNRESET, -EAGAIN);
  const property = fc.property(
    fc.array(RESULTS, { maxLength: 20 }),
    sends,
    end,
    fc.nat(40),
    (recvs, takes, last, finishAt) => {
      const io = new ScriptedSocket([...recvs, last], takes);
      const { connection, field } = connect(io);
      for (let turn = 0; turn < 80; turn++) {
        const need = turn === finishAt ? connection.finish() : connection.serve();
        expect(field("bytesReceived")).toBe(io.received);
        expect(field("bytesSent")).toBe(io.sent);
        expect(io.isExact).toBe(true);
        expect(io.sent).toBeLessThanOrEqual(io.received);
        if (need === CLOSED) return;
      }
      if (finishAt < 80) expect(io.shutdowns).toBe(1);
    },
  );
  fc.assert(property, { numRuns: 200 });
});
