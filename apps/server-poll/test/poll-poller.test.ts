import { posix } from "@c10k-lab/posix";
import { READ_TO_THE_END, READABLE, WRITABLE } from "@c10k-lab/server/data-plane";
import { expect, test } from "vitest";
import {
  closeSocketsAfterEach,
  levelPollerCases,
  pair,
  renumber,
  sendOne,
  waitFor,
} from "../../../packages/server/test/poller-cases.ts";
import { PollPoller } from "../src/poll-poller.ts";

closeSocketsAfterEach();
levelPollerCases((capacity) => new PollPoller(capacity));

test("the order and the numbers of descriptors do not matter", () => {
  const poller = new PollPoller(1024);
  const [client, server] = pair();
  const numbers = [1023, 127, 300, 128].map((number) => renumber(server, number));
  numbers.forEach((fd, generation) => {
    expect(poller.add(fd, generation, READABLE)).toBe(0);
  });
  sendOne(client);
  expect(waitFor(poller)).toEqual(numbers.map((fd, generation) => [fd, generation, READABLE]));
  expect(poller.descriptorsScanned).toBe(4);
  expect(poller.wordsScanned).toBe(8);
});

test("a removed descriptor takes no place in the list, and removing it twice changes nothing", () => {
  const poller = new PollPoller(1024);
  const [client, server] = pair();
  const other = renumber(server, 200);
  poller.add(server, 1, WRITABLE);
  poller.add(other, 2, READABLE);
  expect(poller.remove(server)).toBe(0);
  expect(poller.remove(server)).toBe(0);
  sendOne(client);
  expect(waitFor(poller)).toEqual([[other, 2, READABLE]]);
  expect(poller.descriptorsScanned).toBe(1);
});

test("the entry that fills a gap keeps its requested events", () => {
  const poller = new PollPoller(1024);
  const [, server] = pair();
  const other = renumber(server, 200);
  poller.add(server, 1, READABLE);
  poller.add(other, 2, WRITABLE);
  poller.remove(server);
  expect(waitFor(poller)).toEqual([[other, 2, WRITABLE]]);
});

test("the scan ends at the last ready entry", () => {
  const poller = new PollPoller(1024);
  const [client, server] = pair();
  const [, idle] = pair();
  poller.add(server, 1, READABLE);
  poller.add(idle, 2, READABLE);
  sendOne(client);
  expect(waitFor(poller)).toEqual([[server, 1, READABLE]]);
  expect(poller.descriptorsScanned).toBe(2);
  expect(poller.wordsScanned).toBe(2);
});

test.each([0, 1, 3, 4, 5])("the scan finds entry %i of six as the only ready one", (ready) => {
  const poller = new PollPoller(1023);
  const pairs = Array.from({ length: 6 }, () => pair());
  for (const [index, [, server]] of pairs.entries()) poller.add(server, index, READABLE);
  const [client, server] = pairs[ready] as [number, number];
  sendOne(client);
  expect(waitFor(poller)).toEqual([[server, ready, READABLE]]);
  expect(poller.wordsScanned).toBe(2 * (ready + 1));
});

test("an entry beyond the list's end is not reported again", () => {
  const poller = new PollPoller(1024);
  const [first, second] = [pair(), pair()];
  poller.add(first[1], 1, READABLE);
  poller.add(second[1], 2, READABLE);
  sendOne(second[0]);
  expect(waitFor(poller)).toEqual([[second[1], 2, READABLE]]);
  poller.remove(second[1]);
  expect(waitFor(poller)).toEqual([]);
  sendOne(first[0]);
  expect(waitFor(poller)).toEqual([[first[1], 1, READABLE]]);
});

test("a descriptor that was closed elsewhere is reported, so its connection can be closed", () => {
  const poller = new PollPoller(1024);
  const [, server] = pair();
  const dead = posix.fcntl(server, posix.F_DUPFD, 500);
  poller.add(dead, 1, READABLE);
  posix.close(dead);
  expect(waitFor(poller)).toEqual([[dead, 1, READ_TO_THE_END]]);
  poller.remove(dead);
  expect(waitFor(poller)).toEqual([]);
});
