import { posix } from "@c10k-lab/posix";
import { READ_TO_THE_END, READABLE, WRITABLE } from "@c10k-lab/server/data-plane";
import { afterEach, expect, test } from "vitest";
import { closeSocketsAfterEach, pair, sendOne, waitFor } from "../../../packages/server/test/poller-cases.ts";
import { EpollPoller } from "../src/epoll-poller.ts";

const pollers: EpollPoller[] = [];

closeSocketsAfterEach();
afterEach(() => {
  for (const poller of pollers.splice(0)) poller.close();
});

function open(trigger: "level" | "edge", maxEvents = 16): EpollPoller {
  const poller = new EpollPoller(1024, trigger, maxEvents);
  pollers.push(poller);
  return poller;
}

test("an edge is reported once, and again with new data", () => {
  const poller = open("edge");
  const [client, server] = pair();
  poller.add(server, 7, READABLE);
  sendOne(client);
  expect(waitFor(poller)).toEqual([[server, 7, READABLE]]);
  expect(waitFor(poller)).toEqual([]);
  sendOne(client);
  expect(waitFor(poller)).toEqual([[server, 7, READABLE]]);
});

test("a level is reported until the data is read", () => {
  const poller = open("level");
  const [client, server] = pair();
  poller.add(server, 7, READABLE);
  sendOne(client);
  for (let at = 0; at < 3; at++) expect(waitFor(poller)).toEqual([[server, 7, READABLE]]);
  posix.recv(server, new Uint8Array(8), 0, 8);
  expect(waitFor(poller)).toEqual([]);
});

test("modify re-arms an edge, so pending data is reported again", () => {
  const poller = open("edge");
  const [client, server] = pair();
  poller.add(server, 1, READABLE);
  sendOne(client);
  expect(waitFor(poller)).toHaveLength(1);
  expect(waitFor(poller)).toHaveLength(0);
  poller.modify(server, 1, READABLE);
  expect(waitFor(poller)).toEqual([[server, 1, READABLE]]);
});

test.each(["edge", "level"] as const)(
  "%s-triggered, a connection that waits to write gets events for free buffer space, not for data",
  (trigger) => {
    const poller = open(trigger);
    const [client, server] = pair();
    sendOne(client);
    poller.add(server, 1, READABLE);
    poller.modify(server, 1, WRITABLE);
    expect(waitFor(poller)).toEqual([[server, 1, WRITABLE]]);
  },
);

test("a FIN that arrives with data sets READ_TO_THE_END", () => {
  const poller = open("edge");
  const [client, server] = pair();
  poller.add(server, 1, READABLE);
  sendOne(client);
  posix.shutdown(client, posix.SHUT_WR);
  expect(waitFor(poller)).toEqual([[server, 1, READABLE | READ_TO_THE_END]]);
});

test("each event carries the generation given to add, up to the largest", () => {
  const poller = open("edge");
  for (const generation of [0, 2 ** 31 - 1, -(2 ** 31), -1]) {
    const [client, server] = pair();
    poller.add(server, generation, READABLE);
    sendOne(client);
    expect(waitFor(poller)).toEqual([[server, generation, READABLE]]);
    expect(poller.remove(server)).toBe(0);
  }
});

test("ready descriptors beyond maxEvents are reported by the next waits", () => {
  const poller = open("edge", 2);
  const reported = new Set<number>();
  for (let at = 0; at < 5; at++) {
    const [client, server] = pair();
    poller.add(server, at, READABLE);
    sendOne(client);
  }
  for (const expected of [2, 2, 1]) {
    const events = waitFor(poller);
    expect(events).toHaveLength(expected);
    for (const [, generation] of events) reported.add(generation as number);
  }
  expect([...reported].sort()).toEqual([0, 1, 2, 3, 4]);
});

test("add, modify and remove return negative error numbers", () => {
  const poller = open("edge");
  const [, server] = pair();
  expect(poller.remove(server)).toBeLessThan(0);
  expect(poller.modify(server, 1, READABLE)).toBeLessThan(0);
  expect(poller.add(1_000_000, 1, READABLE)).toBe(-posix.EBADF);
  expect(poller.add(server, 1, READABLE)).toBe(0);
  expect(poller.add(server, 1, READABLE)).toBeLessThan(0);
});
