import { posix } from "@c10k-lab/posix";
import { READABLE, WRITABLE } from "@c10k-lab/server/data-plane";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Descriptors } from "../../../packages/posix/test/sockets.ts";
import { SelectPoller } from "../src/select-poller.ts";

const ONE = Uint8Array.of(1);

let descriptors: Descriptors;
beforeEach(() => {
  descriptors = new Descriptors();
});
afterEach(() => descriptors[Symbol.dispose]());

/** Waits and returns the events as [descriptor, generation, events]. */
function waitFor(poller: SelectPoller, timeoutMs = 0): number[][] {
  const count = poller.wait(timeoutMs);
  return Array.from(
    { length: count },
    (_, at) => [poller.fds[at], poller.generations[at], poller.events[at]] as number[],
  );
}

/** Duplicates a socket to the lowest free number at or above `from`. */
function renumber(fd: number, from: number): number {
  return descriptors.add(posix.fcntl(fd, posix.F_DUPFD, from));
}

test("readiness is reported until the data is read", () => {
  const poller = new SelectPoller(1024);
  const [client, server] = descriptors.pair();
  poller.add(server, 7, READABLE);
  expect(waitFor(poller)).toEqual([]);
  posix.send(client, ONE, 0, 1);
  expect(waitFor(poller)).toEqual([[server, 7, READABLE]]);
  expect(waitFor(poller)).toEqual([[server, 7, READABLE]]);
  posix.recv(server, new Uint8Array(8), 0, 8);
  expect(waitFor(poller)).toEqual([]);
});

test("a connection that waits to write gets no events for data", () => {
  const poller = new SelectPoller(1024);
  const [client, server] = descriptors.pair();
  posix.send(client, ONE, 0, 1);
  poller.add(server, 1, READABLE);
  poller.modify(server, 1, WRITABLE);
  expect(waitFor(poller)).toEqual([[server, 1, WRITABLE]]);
  poller.modify(server, 1, READABLE);
  expect(waitFor(poller)).toEqual([[server, 1, READABLE]]);
});

test("descriptors in different words and at the highest bit of a word are reported correctly", () => {
  const poller = new SelectPoller(1024);
  const [client, server] = descriptors.pair();
  const numbers = [127, 128, 159, 191, 255, 300, 1023].map((number) => renumber(server, number));
  numbers.forEach((fd, generation) => {
    expect(poller.add(fd, generation, READABLE)).toBe(0);
  });
  posix.send(client, ONE, 0, 1);
  const reported = waitFor(poller);
  expect(reported).toEqual(numbers.map((fd, generation) => [fd, generation, READABLE]));
  for (const fd of numbers) poller.remove(fd);
  expect(waitFor(poller)).toEqual([]);
});

test("a removed descriptor is not reported, whether first, middle or last", () => {
  const poller = new SelectPoller(1024);
  const [client, server] = descriptors.pair();
  const numbers = [200, 264, 328].map((number) => renumber(server, number));
  posix.send(client, ONE, 0, 1);
  for (const gone of numbers) {
    for (const fd of numbers) poller.add(fd, fd, READABLE);
    poller.remove(gone);
    expect(waitFor(poller).map(([fd]) => fd)).toEqual(numbers.filter((fd) => fd !== gone));
  }
});

test("a descriptor removed while it waits to write leaves no bit behind", () => {
  const poller = new SelectPoller(1024);
  const [, server] = descriptors.pair();
  poller.add(server, 1, READABLE);
  poller.modify(server, 1, WRITABLE);
  poller.remove(server);
  expect(waitFor(poller)).toEqual([]);
  const before = poller.wordsScanned;
  waitFor(poller);
  expect(poller.wordsScanned).toBe(before);
});

test("a descriptor number that is added again is reported with its new generation", () => {
  const poller = new SelectPoller(1024);
  const [client, server] = descriptors.pair();
  posix.send(client, ONE, 0, 1);
  poller.add(server, 1, READABLE);
  poller.remove(server);
  poller.add(server, 2, READABLE);
  expect(waitFor(poller)).toEqual([[server, 2, READABLE]]);
});

test("add returns -EINVAL for a descriptor number at the size of the set and takes the one below", () => {
  const poller = new SelectPoller(256);
  const [client, server] = descriptors.pair();
  posix.send(client, ONE, 0, 1);
  const last = renumber(server, 255);
  expect(last).toBe(255);
  expect(poller.add(256, 1, READABLE)).toBe(-posix.EINVAL);
  expect(poller.add(last, 1, READABLE)).toBe(0);
  expect(waitFor(poller)).toEqual([[255, 1, READABLE]]);
});

test("a set larger than FD_SETSIZE holds descriptors ≥ FD_SETSIZE", () => {
  const poller = new SelectPoller(5000);
  const [client, server] = descriptors.pair();
  const high = renumber(server, 4000);
  posix.send(client, ONE, 0, 1);
  poller.add(high, 9, READABLE);
  expect(waitFor(poller)).toEqual([[high, 9, READABLE]]);
  expect(poller.wordsScanned).toBe(Math.floor(high / 32) + 1);
});

test("a FIN is reported as readable", () => {
  const poller = new SelectPoller(1024);
  const [client, server] = descriptors.pair();
  poller.add(server, 1, READABLE);
  posix.shutdown(client, posix.SHUT_WR);
  expect(waitFor(poller)).toEqual([[server, 1, READABLE]]);
});

test("wait returns 0 when its timeout expires", () => {
  const poller = new SelectPoller(1024);
  const before = performance.now();
  expect(waitFor(poller, 30)).toEqual([]);
  expect(performance.now() - before).toBeGreaterThanOrEqual(29);
});

test("wait returns -EBADF when a watched descriptor was closed elsewhere", () => {
  const poller = new SelectPoller(1024);
  const [, server] = descriptors.pair();
  const dead = posix.fcntl(server, posix.F_DUPFD, 500);
  poller.add(dead, 1, READABLE);
  posix.close(dead);
  expect(poller.wait(0)).toBe(-posix.EBADF);
  poller.remove(dead);
  expect(poller.wait(0)).toBe(0);
});
