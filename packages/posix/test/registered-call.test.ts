import { expect, test } from "vitest";
import { posix, RegisteredCall } from "../src/index.ts";
import { Descriptors } from "./sockets.ts";

test("a registered call returns what the call with arguments returns, and nothing by itself", () => {
  using descriptors = new Descriptors();
  const [client, server] = descriptors.pair();
  const into = new Uint8Array(4);
  const recv = new RegisteredCall("recv", null, into);
  recv.numbers.set([server, 0, 1, 2]);
  expect(recv.make()).toBe(undefined);
  expect(recv.result).toBe(-posix.EAGAIN);
  posix.send(client, Buffer.from("abc"), 0, 3);
  recv.make();
  expect(recv.result).toBe(2);
  expect([...into]).toEqual([0, 97, 98, 0]);
});

test("a number is read as strictly as an argument: no fraction, none out of range, no NaN", () => {
  const recv = new RegisteredCall("recv", null, new Uint8Array(8));
  for (const number of [Number.NaN, 1.5, 2 ** 32, -1, Number.POSITIVE_INFINITY]) {
    recv.numbers.set([number, 0, 0, 8]);
    recv.make();
    expect(recv.result).toBe(-posix.EBADF);
    recv.numbers.set([0, 0, number, 0]);
    recv.make();
    expect(recv.result).toBe(-posix.EFAULT);
  }
});

test("an array that was not registered is EFAULT", () => {
  for (const name of ["recv", "epoll_wait", "select", "poll", "accept4"] as const) {
    const call = new RegisteredCall(name);
    call.numbers.fill(1);
    call.make();
    expect(call.result, name).toBe(-posix.EFAULT);
  }
});

test("registers that are no array, or too few, are refused", () => {
  expect(posix.register_recv(new Float64Array(posix.REGISTERS - 1))).toBe(-posix.EFAULT);
  expect(posix.register_recv("text" as never)).toBe(-posix.EFAULT);
  expect(posix.register_recv(undefined as never)).toBe(-posix.EFAULT);
});
