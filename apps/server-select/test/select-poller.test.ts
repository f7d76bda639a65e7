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

/** What the last wait told, as [descriptor, generation, events]. */
function ready(poller: SelectPoller, timeoutMs = 0): number[][] {
  const count = poller.wait(timeoutMs);
  return Array.from(
    { length: count },
    (_, at) => [poller.fds[at], poller.generations[at], poller.events[at]] as number[],
  );
}

/** The same socket under a number of at least `from`. */
function renumbered(fd: number, from: number): number {
  return descriptors.add(posix.fcntl(fd, posix.F_DUPFD, from));
}

test("readiness is told again and again until it is read", () => {
  const poller = new SelectPoller(1024);
  const [client, server] = descriptors.pair();
  poller.add(server, 7, READABLE);
  expect(ready(poller)).toEqual([]);
  posix.send(client, ONE, 0, 1);
  expect(ready(poller)).toEqual([[server, 7, READABLE]]);
  expect(ready(poller)).toEqual([[server, 7, READABLE]]);
  posix.recv(server, new Uint8Array(8), 0, 8);
  expect(ready(poller)).toEqual([]);
});

test("who waits to write is not told of what there is to read", () => {
  const poller = new SelectPoller(1024);
  const [client, server] = descriptors.pair();
  posix.send(client, ONE, 0, 1);
  poller.add(server, 1, READABLE);
  poller.modify(server, 1, WRITABLE);
  expect(ready(poller)).toEqual([[server, 1, WRITABLE]]);
  poller.modify(server, 1, READABLE);
  expect(ready(poller)).toEqual([[server, 1, READABLE]]);
});

test("descriptors of many words of bitmap are told apart, the highest bit of a word too", () => {
  const poller = new SelectPoller(1024);
  const [client, server] = descriptors.pair();
  const numbers = [127, 128, 159, 191, 255, 300, 1023].map((number) => renumbered(server, number));
  numbers.forEach((fd, generation) => {
    expect(poller.add(fd, generation, READABLE)).toBe(0);
  });
  posix.send(client, ONE, 0, 1);
  const told = ready(poller);
  expect(told).toEqual(numbers.map((fd, generation) => [fd, generation, READABLE]));
  for (const fd of numbers) poller.remove(fd);
  expect(ready(poller)).toEqual([]);
});

test("what is removed is not told, whichever one it is", () => {
  const poller = new SelectPoller(1024);
  const [client, server] = descriptors.pair();
  const numbers = [200, 264, 328].map((number) => renumbered(server, number));
  posix.send(client, ONE, 0, 1);
  for (const gone of numbers) {
    for (const fd of numbers) poller.add(fd, fd, READABLE);
    poller.remove(gone);
    expect(ready(poller).map(([fd]) => fd)).toEqual(numbers.filter((fd) => fd !== gone));
  }
});

test("what is removed while it waits to write is forgotten whole", () => {
  const poller = new SelectPoller(1024);
  const [, server] = descriptors.pair();
  poller.add(server, 1, READABLE);
  poller.modify(server, 1, WRITABLE);
  poller.remove(server);
  expect(ready(poller)).toEqual([]);
  const before = poller.wordsScanned;
  ready(poller);
  expect(poller.wordsScanned).toBe(before);
});

test("a number used again comes back with its new generation", () => {
  const poller = new SelectPoller(1024);
  const [client, server] = descriptors.pair();
  posix.send(client, ONE, 0, 1);
  poller.add(server, 1, READABLE);
  poller.remove(server);
  poller.add(server, 2, READABLE);
  expect(ready(poller)).toEqual([[server, 2, READABLE]]);
});

test("a descriptor number at the size of the set is refused, one below it is not", () => {
  const poller = new SelectPoller(256);
  const [client, server] = descriptors.pair();
  posix.send(client, ONE, 0, 1);
  const last = renumbered(server, 255);
  expect(last).toBe(255);
  expect(poller.add(256, 1, READABLE)).toBe(-posix.EINVAL);
  expect(poller.add(last, 1, READABLE)).toBe(0);
  expect(ready(poller)).toEqual([[255, 1, READABLE]]);
});

test("a set larger than FD_SETSIZE holds descriptors beyond it", () => {
  const poller = new SelectPoller(5000);
  const [client, server] = descriptors.pair();
  const high = renumbered(server, 4000);
  posix.send(client, ONE, 0, 1);
  poller.add(high, 9, READABLE);
  expect(ready(poller)).toEqual([[high, 9, READABLE]]);
  expect(poller.wordsScanned).toBe(Math.floor(high / 32) + 1);
});

test("a FIN makes a descriptor readable", () => {
  const poller = new SelectPoller(1024);
  const [client, server] = descriptors.pair();
  poller.add(server, 1, READABLE);
  posix.shutdown(client, posix.SHUT_WR);
  expect(ready(poller)).toEqual([[server, 1, READABLE]]);
});

test("a wait ends when its time is over, and says that nothing is ready", () => {
  const poller = new SelectPoller(1024);
  const before = performance.now();
  expect(ready(poller, 30)).toEqual([]);
  expect(performance.now() - before).toBeGreaterThanOrEqual(29);
});

test("a descriptor closed behind its back fails the wait with EBADF", () => {
  const poller = new SelectPoller(1024);
  const [, server] = descriptors.pair();
  const dead = posix.fcntl(server, posix.F_DUPFD, 500);
  poller.add(dead, 1, READABLE);
  posix.close(dead);
  expect(poller.wait(0)).toBe(-posix.EBADF);
  poller.remove(dead);
  expect(poller.wait(0)).toBe(0);
});
