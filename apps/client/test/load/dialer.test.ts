import { encodeAddress, posix } from "@c10k-lab/posix";
import { expect, test, vi } from "vitest";
import type { SocketIo } from "../../src/io/load-io.ts";
import { Dialer } from "../../src/load/dialer.ts";
import { OUTCOME } from "../../src/measure/outcome.ts";
import { ScriptedSocket } from "../connection/scripted-socket.ts";

const TARGET = encodeAddress({ host: "127.0.0.1", port: 10_000 });
const SOURCES = { first: 0x7f000001, count: 3 };

/** Returns calls that succeed, but for those given. */
function script(calls: Partial<SocketIo>): SocketIo {
  const io = new ScriptedSocket([]);
  return Object.assign(io, { connect: () => -posix.EINPROGRESS, close: vi.fn(() => 0) }, calls);
}

test("a connect(2) in progress is a descriptor", () => {
  const io = script({});
  expect(new Dialer(io, TARGET, null).dial(0)).toBe(3);
  expect(io.close).not.toHaveBeenCalled();
});

test.each([
  ["socket", posix.EMFILE, "no-descriptors", 0],
  ["connect", posix.ENETUNREACH, "unreachable", 1],
  ["connect", posix.EADDRNOTAVAIL, "no-ports", 1],
] as const)(
  "%s: error %i is %s as a negative number, and no socket stays open",
  (call, errno, outcome, closed) => {
    const io = script({ [call]: () => -errno });
    expect(new Dialer(io, TARGET, null).dial(0)).toBe(-OUTCOME[outcome]);
    expect(io.close).toHaveBeenCalledTimes(closed);
  },
);

test("an address without free ports is followed by the next, on a new socket", () => {
  const binds = [-posix.EADDRINUSE, -posix.EADDRNOTAVAIL, 0];
  const io = script({ bind: () => binds.shift() ?? 0 });
  expect(new Dialer(io, TARGET, SOURCES).dial(0)).toBe(3);
  expect(io.close).toHaveBeenCalledTimes(2);
  expect(binds).toEqual([]);
});

test("when every source address is out of ports the outcome is no-ports", () => {
  const bind = vi.fn(() => -posix.EADDRINUSE);
  expect(new Dialer(script({ bind }), TARGET, SOURCES).dial(0)).toBe(-OUTCOME["no-ports"]);
  expect(bind).toHaveBeenCalledTimes(3);
});

test("C3 a socket that is connected to itself is no connection to a server", () => {
  const write = (first: number) => (_fd: number, address: Uint8Array) => {
    address[0] = first;
    return 0;
  };
  const itself = script({ getsockname: write(5), getpeername: write(5) });
  expect(new Dialer(itself, TARGET, null).finish(3)).toBe(OUTCOME["self-connect"]);
  const other = script({ getsockname: write(5), getpeername: write(6) });
  expect(new Dialer(other, TARGET, null).finish(3)).toBe(OUTCOME.ok);
});

test("the error of connect(2) is the outcome", () => {
  const getsockopt: SocketIo["getsockopt"] = (_fd, _level, _name, value) => {
    value[0] = posix.ECONNREFUSED;
    return 0;
  };
  expect(new Dialer(script({ getsockopt }), TARGET, null).finish(3)).toBe(OUTCOME.refused);
});
