import { expect, test } from "vitest";
import { getIntOption, posix, setIntOption, setTimeoutOption } from "../src/index.ts";
import { Descriptors } from "./sockets.ts";

const text = new TextEncoder().encode("hello");

test("recv writes the sent bytes at the given offset and nowhere else", () => {
  using descriptors = new Descriptors();
  const [client, server] = descriptors.pair();
  expect(posix.send(client, text, 1, 3)).toBe(3);
  const into = new Uint8Array(8).fill(255);
  expect(posix.recv(server, into, 2, 6)).toBe(3);
  expect([...into]).toEqual([255, 255, text[1], text[2], text[3], 255, 255, 255]);
});

test("send and recv work on shared memory", () => {
  using descriptors = new Descriptors();
  const [client, server] = descriptors.pair();
  const shared = new Uint8Array(new SharedArrayBuffer(16));
  shared.set(text, 4);
  expect(posix.send(client, shared, 4, 5)).toBe(5);
  expect(posix.recv(server, shared, 10, 6)).toBe(5);
  expect([...shared.subarray(10, 15)]).toEqual([...text]);
});

test("recv returns -EAGAIN without data and 0 at a FIN, and send after shutdown returns -EPIPE without a signal", () => {
  using descriptors = new Descriptors();
  const [client, server] = descriptors.pair();
  const into = new Uint8Array(8);
  expect(posix.recv(server, into, 0, 8)).toBe(-posix.EAGAIN);
  posix.shutdown(client, posix.SHUT_WR);
  expect(posix.recv(server, into, 0, 8)).toBe(0);
  posix.shutdown(server, posix.SHUT_WR);
  expect(posix.send(server, text, 0, 5)).toBe(-posix.EPIPE);
});

test("getIntOption returns the value that setIntOption set", () => {
  using descriptors = new Descriptors();
  const [client] = descriptors.pair();
  setIntOption(client, posix.IPPROTO_TCP, posix.TCP_NODELAY, 1);
  expect(getIntOption(client, posix.IPPROTO_TCP, posix.TCP_NODELAY)).toBe(1);
  expect(getIntOption(client, posix.SOL_SOCKET, posix.SO_ERROR)).toBe(0);
  expect(() => setIntOption(-1, posix.SOL_SOCKET, posix.SO_REUSEADDR, 1)).toThrow(/setsockopt.*EBADF/);
});

test.each([0.5, 1, 250, 999.9996, 1999.99999, 90_000])(
  "the kernel accepts a timeout of %d ms",
  (timeoutMs) => {
    using descriptors = new Descriptors();
    const [client] = descriptors.pair();
    expect(() => setTimeoutOption(client, posix.SO_RCVTIMEO, timeoutMs)).not.toThrow();
  },
);

test("a blocking recv returns -EAGAIN when its timeout expires", () => {
  using descriptors = new Descriptors();
  const [client] = descriptors.pair();
  setTimeoutOption(client, posix.SO_RCVTIMEO, 20);
  const before = performance.now();
  // With a timeout the kernel does not restart the call after a signal, signal(7): a child of another test may have ended.
  let result = -posix.EINTR;
  while (result === -posix.EINTR) result = posix.recv(client, new Uint8Array(8), 0, 8);
  expect(result).toBe(-posix.EAGAIN);
  expect(performance.now() - before).toBeGreaterThanOrEqual(19);
});
