import fc from "fast-check";
import { expect, test } from "vitest";
import { check, errorName, errorText, posix, SyscallError } from "../src/index.ts";

const buffer = new Uint8Array(16);
const words = new Int32Array(16);
const NO_FD = 1_000_000;

/** Calls of every function that takes a descriptor, with one that is not open. */
const onBadDescriptor: Record<string, () => number> = {
  bind: () => posix.bind(NO_FD, buffer),
  listen: () => posix.listen(NO_FD, 1),
  accept4: () => posix.accept4(NO_FD, buffer, 0, 16, 0),
  connect: () => posix.connect(NO_FD, buffer),
  shutdown: () => posix.shutdown(NO_FD, posix.SHUT_WR),
  close: () => posix.close(NO_FD),
  recv: () => posix.recv(NO_FD, buffer, 0, 16),
  send: () => posix.send(NO_FD, buffer, 0, 16),
  setsockopt: () => posix.setsockopt(NO_FD, posix.SOL_SOCKET, posix.SO_REUSEADDR, words),
  getsockopt: () => posix.getsockopt(NO_FD, posix.SOL_SOCKET, posix.SO_ERROR, words),
  getsockname: () => posix.getsockname(NO_FD, buffer),
  getpeername: () => posix.getpeername(NO_FD, buffer),
  epoll_ctl: () => posix.epoll_ctl(NO_FD, posix.EPOLL_CTL_ADD, NO_FD, posix.EPOLLIN, 0),
  epoll_wait: () => posix.epoll_wait(NO_FD, words, 0),
  eventfd_write: () => posix.eventfd_write(NO_FD, 1),
  eventfd_read: () => posix.eventfd_read(NO_FD),
  fcntl: () => posix.fcntl(NO_FD, posix.F_GETFD, 0),
};

test.each(Object.entries(onBadDescriptor))(
  "%s returns -EBADF for a descriptor that is not open, and does not throw",
  (_, call) => {
    expect(call()).toBe(-posix.EBADF);
  },
);

test("a slice inside its buffer is used, and one outside returns -EFAULT", () => {
  const number = fc.oneof(
    fc.integer({ min: -5, max: 25 }),
    fc.constantFrom(2 ** 31, 2 ** 32 - 1, -(2 ** 31)),
  );
  fc.assert(
    fc.property(number, number, (offset, length) => {
      const isInside = offset >= 0 && length >= 0 && offset + length <= buffer.length;
      const expected = isInside ? -posix.EBADF : -posix.EFAULT;
      expect(posix.recv(NO_FD, buffer, offset, length)).toBe(expected);
      expect(posix.send(NO_FD, buffer, offset, length)).toBe(expected);
      expect(posix.accept4(NO_FD, buffer, offset, length, 0)).toBe(expected);
    }),
    { numRuns: 500 },
  );
});

test("a slice beyond a view returns -EFAULT, although the buffer goes on", () => {
  const view = new Uint8Array(new ArrayBuffer(100), 40, 16);
  expect(posix.recv(NO_FD, view, 0, 16)).toBe(-posix.EBADF);
  expect(posix.recv(NO_FD, view, 1, 16)).toBe(-posix.EFAULT);
});

test("a transferred buffer returns -EFAULT", () => {
  const given = new Uint8Array(16);
  structuredClone(given.buffer, { transfer: [given.buffer] });
  expect(posix.recv(NO_FD, given, 0, 16)).toBe(-posix.EFAULT);
});

type Anything = (...values: unknown[]) => unknown;

const functions = Object.entries(posix as unknown as Record<string, unknown>).filter(
  (entry): entry is [string, Anything] => typeof entry[1] === "function",
);

/** Functions that change this process, so they are not called with garbage. */
const DANGEROUS = new Set(["setrlimit", "sched_setaffinity", "prctl_set_pdeathsig"]);

/** Functions without arguments, whose result is no error number. */
const UNFAILING = new Set(["malloc_trim"]);

test.each(functions.filter(([name]) => !DANGEROUS.has(name) && !UNFAILING.has(name)))(
  "%s returns an error number for arguments of wrong types, and does not crash",
  (_, call) => {
    const nothing = [undefined, null, "text", {}, Symbol("s"), () => 0, new ArrayBuffer(8)];
    for (const value of nothing) {
      expect(call(value, value, value, value, value)).toBeOneOf([expect.toSatisfy(isErrorNumber), ""]);
    }
    expect(call()).toBeOneOf([expect.toSatisfy(isErrorNumber), ""]);
  },
);

test.each([Number.NaN, Number.POSITIVE_INFINITY, 2 ** 32, 2 ** 40, -1, 1.5, 1n])(
  "the number %s is not taken for another descriptor",
  (value) => {
    expect(posix.fcntl(value as number, posix.F_GETFD, 0)).toBe(-posix.EBADF);
  },
);

test.each([Number.NaN, Number.POSITIVE_INFINITY, 2 ** 32, 2 ** 40, 1.5])(
  "the length or offset %s returns -EFAULT",
  (value) => {
    expect(posix.recv(NO_FD, buffer, 0, value)).toBe(-posix.EFAULT);
    expect(posix.recv(NO_FD, buffer, value, 0)).toBe(-posix.EFAULT);
  },
);

test("an error number has a name and a description", () => {
  expect(errorName(posix.EADDRINUSE)).toBe("EADDRINUSE");
  expect(errorText(posix.EADDRINUSE)).toBe("address already in use (EADDRINUSE)");
  expect(errorName(200)).toBe("errno 200");
  expect(errorText(200)).toBe("errno 200");
});

test("check returns a result and throws a negative error number, with the subject if there is one", () => {
  expect(check(3, "socket", "here")).toBe(3);
  expect(() => check(-posix.EMFILE, "socket", "here")).toThrow(SyscallError);
  expect(() => check(-posix.EMFILE, "socket", "here")).toThrow(/^socket here: .*\(EMFILE\)$/);
  expect(() => check(-posix.EMFILE, "socket")).toThrow(/^socket: .*\(EMFILE\)$/);
});

function isErrorNumber(value: unknown): boolean {
  return typeof value === "number" && value <= 0 && value > -4096;
}
