import { posix } from "@c10k-lab/posix";
import { READ_TO_THE_END, READABLE, WRITABLE } from "@c10k-lab/server/data-plane";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Descriptors } from "../../../packages/posix/test/sockets.ts";
import { EpollPoller } from "../src/epoll-poller.ts";

const ONE = Uint8Array.of(1);
const pollers: EpollPoller[] = [];

let descriptors: Descriptors;
beforeEach(() => {
  descriptors = new Descriptors();
});
afterEach(() => {
  for (const poller of pollers.splice(0)) poller.close();
  descriptors[Symbol.dispose]();
});

function open(trigger: "level" | "edge", maxEvents = 16): EpollPoller {
  const poller = new EpollPoller(1024, trigger, maxEvents);
  pollers.push(poller);
  return poller;
}

/** What the last wait told, as [descriptor, generation, events]. */
function ready(poller: EpollPoller, timeoutMs = 0): number[][] {
  const count = poller.wait(timeoutMs);
  return Array.from(
    { length: count },
    (_, at) => [poller.fds[at], poller.generations[at], poller.events[at]] as number[],
  );
}

test("an edge is told once; the next one comes with new data", () => {
  const poller = open("edge");
  const [client, server] = descriptors.pair();
  poller.add(server, 7, READABLE);
  posix.send(client, ONE, 0, 1);
  expect(ready(poller)).toEqual([[server, 7, READABLE]]);
  expect(ready(poller)).toEqual([]);
  posix.send(client, ONE, 0, 1);
  expect(ready(poller)).toEqual([[server, 7, READABLE]]);
});

test("a level is told again and again until it is read", () => {
  const poller = open("level");
  const [client, server] = descriptors.pair();
  poller.add(server, 7, READABLE);
  posix.send(client, ONE, 0, 1);
  for (let at = 0; at < 3; at++) expect(ready(poller)).toEqual([[server, 7, READABLE]]);
  posix.recv(server, new Uint8Array(8), 0, 8);
  expect(ready(poller)).toEqual([]);
});

test("modify arms an edge anew: what is there already is told again", () => {
  const poller = open("edge");
  const [client, server] = descriptors.pair();
  poller.add(server, 1, READABLE);
  posix.send(client, ONE, 0, 1);
  expect(ready(poller)).toHaveLength(1);
  expect(ready(poller)).toHaveLength(0);
  poller.modify(server, 1, READABLE);
  expect(ready(poller)).toEqual([[server, 1, READABLE]]);
});

test.each(["edge", "level"] as const)(
  "by %s, who waits to write is told of room and not of data",
  (trigger) => {
    const poller = open(trigger);
    const [client, server] = descriptors.pair();
    posix.send(client, ONE, 0, 1);
    poller.add(server, 1, READABLE);
    poller.modify(server, 1, WRITABLE);
    expect(ready(poller)).toEqual([[server, 1, WRITABLE]]);
  },
);

test("a FIN that comes with data is marked, so that a short read is not trusted", () => {
  const poller = open("edge");
  const [client, server] = descriptors.pair();
  poller.add(server, 1, READABLE);
  posix.send(client, ONE, 0, 1);
  posix.shutdown(client, posix.SHUT_WR);
  expect(ready(poller)).toEqual([[server, 1, READABLE | READ_TO_THE_END]]);
});

test("the generation of a number used again comes back, up to the largest", () => {
  const poller = open("edge");
  for (const generation of [0, 2 ** 31 - 1, -(2 ** 31), -1]) {
    const [client, server] = descriptors.pair();
    poller.add(server, generation, READABLE);
    posix.send(client, ONE, 0, 1);
    expect(ready(poller)).toEqual([[server, generation, READABLE]]);
    expect(poller.remove(server)).toBe(0);
  }
});

test("more ready descriptors than a wait holds are told by the next", () => {
  const poller = open("edge", 2);
  const told = new Set<number>();
  for (let at = 0; at < 5; at++) {
    const [client, server] = descriptors.pair();
    poller.add(server, at, READABLE);
    posix.send(client, ONE, 0, 1);
  }
  for (const expected of [2, 2, 1]) {
    const events = ready(poller);
    expect(events).toHaveLength(expected);
    for (const [, generation] of events) told.add(generation as number);
  }
  expect([...told].sort()).toEqual([0, 1, 2, 3, 4]);
});

test("errors are error numbers", () => {
  const poller = open("edge");
  const [, server] = descriptors.pair();
  expect(poller.remove(server)).toBeLessThan(0);
  expect(poller.modify(server, 1, READABLE)).toBeLessThan(0);
  expect(poller.add(1_000_000, 1, READABLE)).toBe(-posix.EBADF);
  expect(poller.add(server, 1, READABLE)).toBe(0);
  expect(poller.add(server, 1, READABLE)).toBeLessThan(0);
});
