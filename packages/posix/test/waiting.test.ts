import { expect, test } from "vitest";
import { monotonicUs, posix } from "../src/index.ts";
import { Descriptors } from "./sockets.ts";

const ONE = Uint8Array.of(1);

function bitmap(bits: number, ...set: number[]): Int32Array {
  const words = new Int32Array(Math.ceil(bits / 64) * 2);
  for (const bit of set) words[bit >> 5] = (words[bit >> 5] as number) | (1 << (bit & 31));
  return words;
}

test("select keeps the bits of ready descriptors and clears the others", () => {
  using descriptors = new Descriptors();
  const [quietPeer, quiet] = descriptors.pair();
  const [loud, ready] = descriptors.pair();
  posix.send(loud, ONE, 0, 1);
  const highest = Math.max(quiet, ready) + 1;
  const readable = bitmap(1024, quiet, ready);
  const writable = bitmap(1024, quietPeer);
  expect(posix.select(highest, readable, writable, bitmap(1024), -1)).toBe(quietPeer < highest ? 2 : 1);
  expect(readable).toEqual(bitmap(1024, ready));
});

test("select takes a descriptor above FD_SETSIZE when the bitmap is large enough", () => {
  using descriptors = new Descriptors();
  const [client, server] = descriptors.pair();
  const high = descriptors.add(posix.fcntl(server, posix.F_DUPFD, 3000));
  expect(high).toBeGreaterThanOrEqual(3000);
  posix.send(client, ONE, 0, 1);
  const readable = bitmap(high + 1, high);
  expect(posix.select(high + 1, readable, bitmap(high + 1), bitmap(high + 1), 1000)).toBe(1);
  expect(readable).toEqual(bitmap(high + 1, high));
});

test("select returns -EFAULT for a bitmap too small for nfds, and writes no memory beyond it", () => {
  const memory = new Int32Array(6).fill(0x55555555);
  const small = memory.subarray(2, 4);
  const large = bitmap(128);
  expect(posix.select(65, small, large, large, 0)).toBe(-posix.EFAULT);
  expect(posix.select(65, large, small, large, 0)).toBe(-posix.EFAULT);
  expect(posix.select(65, large, large, small, 0)).toBe(-posix.EFAULT);
  expect(posix.select(-1, large, large, large, 0)).toBe(-posix.EINVAL);
  expect([...memory]).toEqual(Array(6).fill(0x55555555));
});

test("select returns 0 when its timeout expires", () => {
  const before = performance.now();
  expect(posix.select(0, bitmap(64), bitmap(64), bitmap(64), 30)).toBe(0);
  expect(performance.now() - before).toBeGreaterThanOrEqual(29);
});

test("select returns -EBADF when one descriptor is closed", () => {
  using descriptors = new Descriptors();
  const [, server] = descriptors.pair();
  expect(posix.select(2000, bitmap(2048, server, 1999), bitmap(2048), bitmap(2048), 0)).toBe(-posix.EBADF);
});

test("an epoll event carries descriptor and generation, up to the largest generation", () => {
  using descriptors = new Descriptors();
  const epfd = descriptors.add(posix.epoll_create1(posix.EPOLL_CLOEXEC));
  const events = new Int32Array(posix.EPOLL_EVENT_WORDS * 4);
  const data = posix.EPOLL_EVENT_DATA_WORD;
  for (const generation of [0, 1, 2 ** 31 - 1, -1, -(2 ** 31)]) {
    const [client, server] = descriptors.pair();
    expect(
      posix.epoll_ctl(epfd, posix.EPOLL_CTL_ADD, server, posix.EPOLLIN | posix.EPOLLET, generation),
    ).toBe(0);
    posix.send(client, ONE, 0, 1);
    expect(posix.epoll_wait(epfd, events, 1000)).toBe(1);
    expect([events[0], events[data], events[data + 1]]).toEqual([posix.EPOLLIN, server, generation]);
  }
});

test("epoll_wait returns no more events than the array holds", () => {
  using descriptors = new Descriptors();
  const epfd = descriptors.add(posix.epoll_create1(posix.EPOLL_CLOEXEC));
  for (let at = 0; at < 5; at++) {
    const [, server] = descriptors.pair();
    posix.epoll_ctl(epfd, posix.EPOLL_CTL_ADD, server, posix.EPOLLOUT, at);
  }
  expect(posix.epoll_wait(epfd, new Int32Array(posix.EPOLL_EVENT_WORDS * 2), 0)).toBe(2);
  expect(posix.epoll_wait(epfd, new Int32Array(posix.EPOLL_EVENT_WORDS * 20), 0)).toBe(5);
  expect(posix.epoll_wait(epfd, new Int32Array(0), 0)).toBeOneOf([-posix.EINVAL, -posix.EFAULT]);
});

test("two writes to an eventfd are read as one wake-up", () => {
  using descriptors = new Descriptors();
  const fd = descriptors.add(posix.eventfd(0, posix.EFD_CLOEXEC | posix.EFD_NONBLOCK));
  expect(posix.eventfd_read(fd)).toBe(-posix.EAGAIN);
  expect(posix.eventfd_write(fd, 1)).toBe(0);
  expect(posix.eventfd_write(fd, 1)).toBe(0);
  expect(posix.eventfd_read(fd)).toBe(0);
  expect(posix.eventfd_read(fd)).toBe(-posix.EAGAIN);
});

test("epoll_pwait2 waits for nanoseconds, for an event or without limit", () => {
  using descriptors = new Descriptors();
  const [client, server] = descriptors.pair();
  const epfd = descriptors.add(posix.epoll_create1(posix.EPOLL_CLOEXEC));
  const events = new Int32Array(4 * posix.EPOLL_EVENT_WORDS);
  posix.epoll_ctl(epfd, posix.EPOLL_CTL_ADD, server, posix.EPOLLIN, 7);
  const beforeUs = monotonicUs();
  expect(posix.epoll_pwait2(epfd, events, 200_000)).toBe(0);
  expect(monotonicUs() - beforeUs).toBeGreaterThanOrEqual(200);
  posix.send(client, ONE, 0, 1);
  expect(posix.epoll_pwait2(epfd, events, -1)).toBe(1);
  expect(events[posix.EPOLL_EVENT_DATA_WORD + 1]).toBe(7);
  expect(posix.epoll_pwait2(epfd, events, 1_500_000_000)).toBe(1);
  expect(posix.epoll_pwait2(-1, events, 0)).toBe(-posix.EBADF);
  expect(posix.epoll_pwait2(epfd, undefined as unknown as Int32Array, 0)).toBe(-posix.EFAULT);
});
