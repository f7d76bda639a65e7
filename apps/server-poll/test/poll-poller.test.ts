import { posix } from "@c10k-lab/posix";
import { READ_TO_THE_END, READABLE, WRITABLE } from "@c10k-lab/server/data-plane";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Descriptors } from "../../../packages/posix/test/sockets.ts";
import { PollPoller } from "../src/poll-poller.ts";

const ONE = Uint8Array.of(1);

let descriptors: Descriptors;
beforeEach(() => {
  descriptors = new Descriptors();
});
afterEach(() => descriptors[Symbol.dispose]());

/** Waits and returns the events as [descriptor, generation, events]. */
function waitFor(poller: PollPoller, timeoutMs = 0): number[][] {
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
  const poller = new PollPoller(1024);
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
  const poller = new PollPoller(1024);
  const [client, server] = descriptors.pair();
  posix.send(client, ONE, 0, 1);
  poller.add(server, 1, READABLE);
  poller.modify(server, 1, WRITABLE);
  expect(waitFor(poller)).toEqual([[server, 1, WRITABLE]]);
  poller.modify(server, 1, READABLE);
  expect(waitFor(poller)).toEqual([[server, 1, READABLE]]);
});

test("a removed descriptor is not reported, whether first, middle or last", () => {
  const poller = new PollPoller(1024);
  const [client, server] = descriptors.pair();
  const numbers = [200, 264, 328].map((number) => renumber(server, number));
  posix.send(client, ONE, 0, 1);
  for (const gone of numbers) {
    for (const fd of numbers) poller.add(fd, fd, READABLE);
    poller.remove(gone);
    const reported = waitFor(poller).map(([fd]) => fd);
    expect(new Set(reported)).toEqual(new Set(numbers.filter((fd) => fd !== gone)));
    expect(reported).toHaveLength(2);
  }
});

test("a descriptor number that is added again is reported with its new generation", () => {
  const poller = new PollPoller(1024);
  const [client, server] = descriptors.pair();
  posix.send(client, ONE, 0, 1);
  poller.add(server, 1, READABLE);
  poller.remove(server);
  poller.add(server, 2, READABLE);
  expect(waitFor(poller)).toEqual([[server, 2, READABLE]]);
});

test("a FIN is reported as readable", () => {
  const poller = new PollPoller(1024);
  const [client, server] = descriptors.pair();
  poller.add(server, 1, READABLE);
  posix.shutdown(client, posix.SHUT_WR);
  expect(waitFor(poller)).toEqual([[server, 1, READABLE]]);
});

test("wait returns 0 when its timeout expires", () => {
  const poller = new PollPoller(1024);
  const before = performance.now();
  expect(waitFor(poller, 30)).toEqual([]);
  expect(performance.now() - before).toBeGreaterThanOrEqual(29);
});

test("the order and the numbers of descriptors do not matter", () => {
  const poller = new PollPoller(1024);
  const [client, server] = descriptors.pair();
  const numbers = [1023, 127, 300, 128].map((number) => renumber(server, number));
  numbers.forEach((fd, generation) => {
    expect(poller.add(fd, generation, READABLE)).toBe(0);
  });
  posix.send(client, ONE, 0, 1);
  expect(waitFor(poller)).toEqual(numbers.map((fd, generation) => [fd, generation, READABLE]));
  expect(poller.descriptorsScanned).toBe(4);
  expect(poller.wordsScanned).toBe(8);
});

test("a removed descriptor takes no place in the list, and removing it twice changes nothing", () => {
  const poller = new PollPoller(1024);
  const [client, server] = descriptors.pair();
  const other = renumber(server, 200);
  poller.add(server, 1, WRITABLE);
  poller.add(other, 2, READABLE);
  expect(poller.remove(server)).toBe(0);
  expect(poller.remove(server)).toBe(0);
  posix.send(client, ONE, 0, 1);
  expect(waitFor(poller)).toEqual([[other, 2, READABLE]]);
  expect(poller.descriptorsScanned).toBe(1);
});

test("the entry that fills a gap keeps its requested events", () => {
  const poller = new PollPoller(1024);
  const [, server] = descriptors.pair();
  const other = renumber(server, 200);
  poller.add(server, 1, READABLE);
  poller.add(other, 2, WRITABLE);
  poller.remove(server);
  expect(waitFor(poller)).toEqual([[other, 2, WRITABLE]]);
});

test("the scan ends at the last ready entry", () => {
  const poller = new PollPoller(1024);
  const [client, server] = descriptors.pair();
  const [, idle] = descriptors.pair();
  poller.add(server, 1, READABLE);
  poller.add(idle, 2, READABLE);
  posix.send(client, ONE, 0, 1);
  expect(waitFor(poller)).toEqual([[server, 1, READABLE]]);
  expect(poller.descriptorsScanned).toBe(2);
  expect(poller.wordsScanned).toBe(2);
});

test("add returns -EINVAL for a descriptor number at the capacity", () => {
  const poller = new PollPoller(256);
  expect(poller.add(256, 1, READABLE)).toBe(-posix.EINVAL);
  expect(waitFor(poller)).toEqual([]);
});

test("a descriptor ≥ FD_SETSIZE is reported", () => {
  const poller = new PollPoller(5000);
  const [client, server] = descriptors.pair();
  const high = renumber(server, 4000);
  posix.send(client, ONE, 0, 1);
  poller.add(high, 9, READABLE);
  expect(waitFor(poller)).toEqual([[high, 9, READABLE]]);
});

test("a descriptor that was closed elsewhere is reported, so its connection can be closed", () => {
  const poller = new PollPoller(1024);
  const [, server] = descriptors.pair();
  const dead = posix.fcntl(server, posix.F_DUPFD, 500);
  poller.add(dead, 1, READABLE);
  posix.close(dead);
  expect(waitFor(poller)).toEqual([[dead, 1, READ_TO_THE_END]]);
  poller.remove(dead);
  expect(waitFor(poller)).toEqual([]);
});
