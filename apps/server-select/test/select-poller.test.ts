import { posix } from "@c10k-lab/posix";
import { READABLE, WRITABLE } from "@c10k-lab/server/data-plane";
import { expect, test } from "vitest";
import {
  closeSocketsAfterEach,
  levelPollerCases,
  pair,
  renumber,
  sendOne,
  waitFor,
} from "../../../packages/server/test/poller-cases.ts";
import { SelectPoller } from "../src/select-poller.ts";

closeSocketsAfterEach();
levelPollerCases((capacity) => new SelectPoller(capacity));

test("descriptors in different words and at the highest bit of a word are reported correctly", () => {
  const poller = new SelectPoller(1024);
  const [client, server] = pair();
  const numbers = [127, 128, 159, 191, 255, 300, 1023].map((number) => renumber(server, number));
  numbers.forEach((fd, generation) => {
    expect(poller.add(fd, generation, READABLE)).toBe(0);
  });
  sendOne(client);
  const reported = waitFor(poller);
  expect(reported).toEqual(numbers.map((fd, generation) => [fd, generation, READABLE]));
  for (const fd of numbers) poller.remove(fd);
  expect(waitFor(poller)).toEqual([]);
});

test("a descriptor removed while it waits to write leaves no bit behind", () => {
  const poller = new SelectPoller(1024);
  const [, server] = pair();
  poller.add(server, 1, READABLE);
  poller.modify(server, 1, WRITABLE);
  poller.remove(server);
  expect(waitFor(poller)).toEqual([]);
  const before = poller.wordsScanned;
  waitFor(poller);
  expect(poller.wordsScanned).toBe(before);
});

test("a set larger than FD_SETSIZE holds descriptors ≥ FD_SETSIZE", () => {
  const poller = new SelectPoller(5000);
  const [client, server] = pair();
  const high = renumber(server, 4000);
  sendOne(client);
  poller.add(high, 9, READABLE);
  expect(waitFor(poller)).toEqual([[high, 9, READABLE]]);
  expect(poller.wordsScanned).toBe(Math.floor(high / 32) + 1);
});

test("wait returns -EBADF when a watched descriptor was closed elsewhere", () => {
  const poller = new SelectPoller(1024);
  const [, server] = pair();
  const dead = posix.fcntl(server, posix.F_DUPFD, 500);
  poller.add(dead, 1, READABLE);
  posix.close(dead);
  expect(poller.wait(0)).toBe(-posix.EBADF);
  poller.remove(dead);
  expect(poller.wait(0)).toBe(0);
});
