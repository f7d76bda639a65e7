import { monotonicUs, posix } from "@c10k-lab/posix";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  AWAIT_EVENT,
  AWAIT_OTHERS,
  AWAIT_TIME,
  AWAIT_TURN,
  CLOSE,
  CONNECT,
  CONNECTING,
  ENDED,
  HOLDING,
  LEAVING,
  READY,
  THINKING,
  WAITING,
  WORKING,
} from "../../src/connection/connection-states.ts";
import { LoadConnections } from "../../src/connection/load-connections.ts";
import { READS_PER_TURN } from "../../src/measure/limits.ts";
import { OUTCOME } from "../../src/measure/outcome.ts";
import { LIVE } from "../../src/measure/results-table.ts";
import { establish, OneConnection, openContext, ScriptedSocket } from "./scripted-socket.ts";

const { EAGAIN, EINTR, ECONNRESET, EPIPE } = posix;
const EIO = 5;
const LINE = 11;

test("three echoes complete three messages, and the connection closes with ok", () => {
  const io = new ScriptedSocket([LINE]);
  const { connection, field, outcome } = establish(io);
  expect(connection.begin()).toBe(AWAIT_EVENT);
  expect(connection.handle(true, false)).toBe(AWAIT_EVENT);
  expect(connection.state).toBe(WORKING);
  io.play(LINE);
  connection.handle(true, false);
  io.play(LINE);
  expect(connection.handle(true, false)).toBe(CLOSE);
  expect(connection).toMatchObject({ state: ENDED, isInFlight: false, isOwed: false });
  expect(outcome()).toBe("ok");
  expect([field("completed"), field("bytesSent"), field("bytesReceived")]).toEqual([3, 33, 33]);
});

test("a message that the socket takes in parts is sent from where it stopped", () => {
  const io = new ScriptedSocket([-EAGAIN], [4, -EAGAIN, 5]);
  const { connection, field } = establish(io);
  expect(connection.begin()).toBe(AWAIT_EVENT);
  expect(io.sentText).toBe("0123");
  expect(connection.handle(false, false)).toBe(AWAIT_EVENT);
  expect(io.sentText).toBe("0123");
  expect(connection.handle(false, false)).toBe(AWAIT_EVENT);
  expect(io.sentText).toBe("012345678");
  expect(connection.handle(false, false)).toBe(AWAIT_EVENT);
  expect(io.sentText).toBe("0123456789\n");
  expect(field("bytesSent")).toBe(LINE);
});

test("a message whose tail is unsent is received until EAGAIN, because its space may be free by then", () => {
  const io = new ScriptedSocket([2, 2, -EAGAIN], [4, -EAGAIN, -EAGAIN, 7]);
  const { connection } = establish(io);
  connection.begin();
  expect(connection.handle(true, false)).toBe(AWAIT_EVENT);
  expect(io.unread).toBe(0);
  expect(io.sentText).toBe("0123456789\n");
});

test("an echo that comes in parts is one response, and a short read ends the turn", () => {
  const io = new ScriptedSocket([5, 4]);
  const { connection, field } = establish(io);
  connection.begin();
  expect(connection.handle(true, false)).toBe(AWAIT_EVENT);
  expect(io.unread).toBe(1);
  expect(connection.handle(true, false)).toBe(AWAIT_EVENT);
  expect(field("completed")).toBe(0);
  io.play(2);
  connection.handle(true, false);
  expect(field("completed")).toBe(1);
});

test("half a line and then FIN is eof-early, with the message in flight and owed", () => {
  const { connection, outcome } = establish(new ScriptedSocket([5, 0]));
  connection.begin();
  expect(connection.handle(true, true)).toBe(CLOSE);
  expect(outcome()).toBe("eof-early");
  expect(connection).toMatchObject({ isInFlight: true, isOwed: true });
});

test("a FIN that one event reports with an echo is seen although the next message has left", () => {
  const { connection, field, outcome } = establish(new ScriptedSocket([LINE, 0]));
  connection.begin();
  expect(connection.handle(true, true)).toBe(CLOSE);
  expect(outcome()).toBe("eof-early");
  expect(field("bytesSent")).toBe(2 * LINE);
});

test("a FIN that one event reports with an echo is seen although the connection then pauses", () => {
  const { connection, outcome } = establish(new ScriptedSocket([LINE, 0]), { thinkMs: { from: 5, to: 5 } });
  connection.begin();
  expect(connection.handle(true, true)).toBe(CLOSE);
  expect(outcome()).toBe("eof-early");
  expect(connection.isInFlight).toBe(false);
});

test.each([
  ["a byte that differs", true, [LINE]],
  ["a byte more than was sent", false, [LINE + 1]],
])("%s is wrong-bytes", (_, isLying, recvs) => {
  const io = new ScriptedSocket(recvs);
  io.isLying = isLying;
  const { connection, outcome } = establish(io);
  connection.begin();
  expect(connection.handle(true, false)).toBe(CLOSE);
  expect(outcome()).toBe("wrong-bytes");
});

test("an echo of bytes that have not been sent is wrong-bytes, also when they are the right ones", () => {
  const io = new ScriptedSocket([4], [2, -EAGAIN]);
  const { connection, outcome } = establish(io);
  connection.begin();
  expect(connection.handle(true, false)).toBe(CLOSE);
  expect(outcome()).toBe("wrong-bytes");
});

test("bytes that come unasked are wrong-bytes, and a FIN while nothing is in flight is eof-early", () => {
  const talking = establish(new ScriptedSocket([1]));
  expect(talking.connection.handle(true, false)).toBe(CLOSE);
  expect(talking.outcome()).toBe("wrong-bytes");
  const closing = establish(new ScriptedSocket([0]));
  expect(closing.connection.handle(true, true)).toBe(CLOSE);
  expect(closing.outcome()).toBe("eof-early");
});

test.each([
  ["recv", [-ECONNRESET], [], "reset"],
  ["send", [], [-ECONNRESET], "reset"],
  ["send", [], [-EPIPE], "reset"],
  ["recv", [-EIO], [], "error"],
  ["send", [], [4, -EIO], "error"],
])("an error of %s closes: %j, %j is %s", (_, recvs, sends, expected) => {
  const { connection, outcome } = establish(new ScriptedSocket(recvs, sends));
  expect([connection.begin(), connection.handle(true, true)]).toContain(CLOSE);
  expect(outcome()).toBe(expected);
});

test("the script 5, EINTR, 6 is one echo, and an interrupted send is repeated", () => {
  const io = new ScriptedSocket([5, -EINTR, 6, -EAGAIN], [-EINTR]);
  const { connection, field } = establish(io);
  expect(connection.begin()).toBe(AWAIT_EVENT);
  expect(io.sentText).toBe("0123456789\n");
  connection.handle(true, false);
  connection.handle(true, false);
  expect(field("completed")).toBe(1);
});

test("a server that always has more gives the other connections their turn", () => {
  const io = new ScriptedSocket(Array(READS_PER_TURN + 2).fill(1));
  const { connection } = establish(io, {
    message: null,
    texts: "random",
    sizeBytes: { from: 1000, to: 1000 },
  });
  connection.begin();
  expect(connection.handle(true, true)).toBe(AWAIT_TURN);
  expect(io.unread).toBe(2);
  expect(connection.serve(true)).toBe(AWAIT_EVENT);
});

test("a message expires when no byte has come for the time-out, and each byte extends it", () => {
  const { connection, outcome } = establish(new ScriptedSocket([1]));
  const beforeUs = monotonicUs();
  connection.begin();
  const sentByUs = monotonicUs();
  expect(connection.expire(beforeUs + 999_999)).toBe(AWAIT_EVENT);
  let byteUs = monotonicUs();
  while (byteUs <= sentByUs + 1) byteUs = monotonicUs();
  connection.handle(true, false);
  expect(connection.expire(byteUs + 999_999)).toBe(AWAIT_EVENT);
  expect(connection.expire(monotonicUs() + 1_000_001)).toBe(CLOSE);
  expect(outcome()).toBe("timeout");
});

test("after the end of the run single bytes no longer extend the time-out", () => {
  const { connection, context } = establish(new ScriptedSocket([1]));
  connection.begin();
  connection.handle(true, false);
  context.deadlineUs = monotonicUs() - 600_000;
  expect(connection.expire(monotonicUs() + 500_000)).toBe(CLOSE);
});

test("connect(2) expires after its own time-out, and a connection without a message never does", () => {
  const io = new ScriptedSocket([]);
  const connecting = new OneConnection(new LoadConnections(openContext(io)), 0);
  expect(connecting.connect(3, 1000)).toBe(AWAIT_EVENT);
  expect(connecting.state).toBe(CONNECTING);
  expect(connecting.expire(500_999)).toBe(AWAIT_EVENT);
  expect(connecting.expire(501_001)).toBe(CLOSE);
  expect(connecting.outcome).toBe(OUTCOME["connect-timeout"]);
  expect(establish(io).connection.expire(Number.MAX_SAFE_INTEGER)).toBe(AWAIT_EVENT);
});

test("with a barrier a connection is established and silent, without one it sends at once", () => {
  const silent = new ScriptedSocket([]);
  expect(establish(silent).connection.state).toBe(READY);
  expect(silent.sentText).toBe("");
  const eager = new ScriptedSocket([]);
  expect(establish(eager, { barrier: false }).connection.state).toBe(WORKING);
  expect(eager.sentText).toBe("0123456789\n");
});

test("a connection that is done waits until every other one has had its first echo", () => {
  const io = new ScriptedSocket([LINE]);
  const { connection, context, outcome } = establish(io, { connections: 2, active: 2, messagesEach: 1 });
  const other = new OneConnection(connection.all, 1);
  other.connect(4, 1);
  other.establish();
  expect(context.awaited).toBe(2);
  connection.begin();
  expect(connection.handle(true, false)).toBe(AWAIT_OTHERS);
  expect(connection.state).toBe(LEAVING);
  expect(context).toMatchObject({ awaited: 1, working: 1 });
  expect(other.abort(OUTCOME.timeout)).toBe(CLOSE);
  expect(context).toMatchObject({ awaited: 0, working: 0 });
  expect(connection.release()).toBe(CLOSE);
  expect(outcome()).toBe("ok");
  expect(context.results.live[LIVE.held]).toBe(1);
});

test("a FIN on a connection that is done and waits for others is eof-early, and no message is owed", () => {
  const io = new ScriptedSocket([LINE, 0]);
  const { connection, context, outcome } = establish(io, { messagesEach: 1 });
  context.awaited++;
  connection.begin();
  expect(connection.handle(true, true)).toBe(CLOSE);
  expect(outcome()).toBe("eof-early");
  expect(connection.isOwed).toBe(false);
});

test("open loop: messages are due at even times, and a late echo does not move the next due time", () => {
  const io = new ScriptedSocket([]);
  const { connection, context } = establish(io, { ratePerSecond: 10 });
  context.begunUs = monotonicUs() - 150_000;
  expect(connection.begin()).toBe(AWAIT_TIME);
  expect(connection).toMatchObject({ state: THINKING, wakeUs: context.begunUs });
  expect(connection.wake(monotonicUs())).toBe(AWAIT_EVENT);
  expect(context.evidence.sendLag.summary(0).min).toBeGreaterThanOrEqual(149_000);
  io.play(LINE);
  // The second message was due 50 ms ago: it leaves with the first echo, and its lateness is not the client's.
  connection.handle(true, false);
  expect(io.sentText).toHaveLength(2 * LINE);
  expect(context.evidence.sendLag.summary(0).count).toBe(1);
  expect(context.clocks.intended.summary(0).min).toBeGreaterThanOrEqual(149_000);
});

test("open loop: a message that is not due yet waits for its due time", () => {
  const io = new ScriptedSocket([LINE]);
  const { connection, context } = establish(io, { ratePerSecond: 1 });
  context.begunUs = monotonicUs();
  connection.begin();
  connection.wake(context.begunUs);
  expect(connection.handle(true, false)).toBe(AWAIT_TIME);
  expect(connection.wakeUs).toBe(context.begunUs + 1_000_000);
});

test("open loop: what is due at the end of the run and not begun is unsent", () => {
  const { connection, context } = establish(new ScriptedSocket([]), {
    ratePerSecond: 10,
    messagesEach: Number.POSITIVE_INFINITY,
  });
  context.begunUs = 1;
  connection.begin();
  connection.wake(1);
  expect(connection.countUnsent(context.begunUs + 1_000_000)).toBe(9);
});

test("a pause that would outlast the run ends with it, and the connection is done", () => {
  const io = new ScriptedSocket([LINE]);
  const { connection, context } = establish(io, { thinkMs: { from: 10_000, to: 10_000 } });
  connection.begin();
  context.deadlineUs = monotonicUs() + 1_000_000;
  expect(connection.handle(true, false)).toBe(AWAIT_TIME);
  expect(connection.wakeUs).toBe(context.deadlineUs);
  expect(connection.wake(context.deadlineUs)).toBe(CLOSE);
});

test("a connection is held until it is as old as it was told to get", () => {
  const io = new ScriptedSocket([LINE]);
  const { connection, context } = establish(io, { messagesEach: 1, holdMs: { from: 200, to: 200 } });
  connection.begin();
  expect(connection.handle(true, false)).toBe(AWAIT_TIME);
  expect(connection).toMatchObject({ state: HOLDING, wakeUs: 200_001 });
  expect(context.working).toBe(0);
  expect(connection.wake(200_001)).toBe(CLOSE);
});

test("an idle connection echoes, stays, echoes once more and closes", () => {
  const io = new ScriptedSocket([LINE]);
  const { connection, context, field, outcome } = establish(io, { connections: 2, active: 1 });
  expect(connection.isActive).toBe(false);
  expect(connection.begin()).toBe(AWAIT_EVENT);
  expect(connection.prove(false)).toBe(AWAIT_EVENT);
  expect(context.proving).toBe(1);
  expect(connection.handle(true, false)).toBe(AWAIT_EVENT);
  expect(context.proving).toBe(0);
  expect(connection.state).toBe(READY);
  connection.prove(true);
  io.play(LINE);
  expect(connection.handle(true, false)).toBe(CLOSE);
  expect(outcome()).toBe("ok");
  expect(field("completed")).toBe(0);
  expect(context.results.live[LIVE.proofs]).toBe(2);
});

test("an idle connection whose echo never comes is no longer proving, and no message is owed", () => {
  const { connection, context } = establish(new ScriptedSocket([0]), { connections: 2, active: 1 });
  connection.prove(true);
  expect(connection.handle(true, true)).toBe(CLOSE);
  expect(context.proving).toBe(0);
  expect(connection).toMatchObject({ isInFlight: false, isOwed: false });
});

test("a connection that waits for its server connects when it is woken", () => {
  const connection = new OneConnection(new LoadConnections(openContext(new ScriptedSocket([]))), 0);
  connection.connect(3, 0);
  expect(connection.retryAt(5000)).toBe(AWAIT_TIME);
  expect(connection).toMatchObject({ state: WAITING, wakeUs: 5000, fd: -1 });
  expect(connection.wake(5000)).toBe(CONNECT);
});

test("an interrupt closes once, and leaves the message in flight and not owed", () => {
  const { connection } = establish(new ScriptedSocket([]));
  connection.begin();
  expect(connection.abort(OUTCOME.interrupted)).toBe(CLOSE);
  expect(connection).toMatchObject({ isInFlight: true, isOwed: false });
  expect(connection.abort(OUTCOME.interrupted)).toBe(AWAIT_EVENT);
  expect(connection.handle(true, true)).toBe(AWAIT_EVENT);
  expect(connection.wake(Number.MAX_SAFE_INTEGER)).toBe(AWAIT_EVENT);
});

test("any script of the socket leaves every byte counted and an outcome that fits it", () => {
  const results = fc.oneof(fc.integer({ min: 1, max: LINE }), fc.constantFrom(-EAGAIN, -EINTR));
  const end = fc.constantFrom<[number, string[]]>(
    [0, ["eof-early", "ok", "wrong-bytes"]],
    [-ECONNRESET, ["reset", "ok", "wrong-bytes"]],
  );
  const scripts = fc.array(results, { maxLength: 20 });
  fc.assert(
    fc.property(scripts, scripts, end, (recvs, sends, [last, outcomes]) => {
      const io = new ScriptedSocket([...recvs, last], sends);
      const { connection, context, field, outcome } = establish(io);
      let need = connection.begin();
      for (let turn = 0; turn < 100 && need !== CLOSE; turn++) {
        need = connection.handle(true, true);
        expect(field("bytesSent")).toBe(io.sentText.length);
      }
      expect(outcomes).toContain(outcome());
      expect(field("completed")).toBeLessThanOrEqual(3);
      expect(outcome() === "ok").toBe(field("completed") === 3);
      expect(context).toMatchObject({ awaited: 0, working: 0, proving: 0 });
    }),
  );
});
