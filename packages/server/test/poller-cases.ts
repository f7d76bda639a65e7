import { posix } from "@c10k-lab/posix";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Descriptors } from "../../posix/test/sockets.ts";
import { type Poller, READABLE, WRITABLE } from "../src/data-plane/poller.ts";

const ONE = Uint8Array.of(1);

let descriptors = new Descriptors();

/** Returns a connected pair of sockets, which is closed after the test. */
export function pair(): [client: number, server: number] {
  return descriptors.pair();
}

/** Duplicates a socket to the lowest free number at or above `from`. */
export function renumber(fd: number, from: number): number {
  return descriptors.add(posix.fcntl(fd, posix.F_DUPFD, from));
}

export function sendOne(client: number): void {
  posix.send(client, ONE, 0, 1);
}

/** Waits and returns the events as [descriptor, generation, events]. */
export function waitFor(poller: Poller, timeoutMs = 0): number[][] {
  const count = poller.wait(timeoutMs);
  return Array.from(
    { length: count },
    (_, at) => [poller.fds[at], poller.generations[at], poller.events[at]] as number[],
  );
}

/** Registers the closing of the sockets; call it once in a file. */
export function closeSocketsAfterEach(): void {
  beforeEach(() => {
    descriptors = new Descriptors();
  });
  afterEach(() => descriptors[Symbol.dispose]());
}

/** Registers the cases of a level-triggered poller that has a table of its own. */
export function levelPollerCases(open: (capacity: number) => Poller): void {
  test("readiness is reported until the data is read", () => {
    const poller = open(1024);
    const [client, server] = pair();
    poller.add(server, 7, READABLE);
    expect(waitFor(poller)).toEqual([]);
    sendOne(client);
    expect(waitFor(poller)).toEqual([[server, 7, READABLE]]);
    expect(waitFor(poller)).toEqual([[server, 7, READABLE]]);
    posix.recv(server, new Uint8Array(8), 0, 8);
    expect(waitFor(poller)).toEqual([]);
  });

  test("a connection that waits to write gets no events for data", () => {
    const poller = open(1024);
    const [client, server] = pair();
    sendOne(client);
    poller.add(server, 1, READABLE);
    poller.modify(server, 1, WRITABLE);
    expect(waitFor(poller)).toEqual([[server, 1, WRITABLE]]);
    poller.modify(server, 1, READABLE);
    expect(waitFor(poller)).toEqual([[server, 1, READABLE]]);
  });

  test("a removed descriptor is not reported, whether first, middle or last", () => {
    const poller = open(1024);
    const [client, server] = pair();
    const numbers = [200, 264, 328].map((number) => renumber(server, number));
    sendOne(client);
    for (const gone of numbers) {
      for (const fd of numbers) poller.add(fd, fd, READABLE);
      poller.remove(gone);
      const reported = waitFor(poller).map(([fd]) => fd);
      expect(reported.toSorted()).toEqual(numbers.filter((fd) => fd !== gone));
    }
  });

  test("a descriptor number that is added again is reported with its new generation", () => {
    const poller = open(1024);
    const [client, server] = pair();
    sendOne(client);
    poller.add(server, 1, READABLE);
    poller.remove(server);
    poller.add(server, 2, READABLE);
    expect(waitFor(poller)).toEqual([[server, 2, READABLE]]);
  });

  test("a FIN is reported as readable", () => {
    const poller = open(1024);
    const [client, server] = pair();
    poller.add(server, 1, READABLE);
    posix.shutdown(client, posix.SHUT_WR);
    expect(waitFor(poller)).toEqual([[server, 1, READABLE]]);
  });

  test("wait returns 0 when its timeout expires", () => {
    const poller = open(1024);
    const before = performance.now();
    expect(waitFor(poller, 30)).toEqual([]);
    expect(performance.now() - before).toBeGreaterThanOrEqual(29);
  });

  test("add returns -EINVAL for a descriptor number at the capacity and takes the one below", () => {
    const poller = open(256);
    const [client, server] = pair();
    sendOne(client);
    const last = renumber(server, 255);
    expect(last).toBe(255);
    expect(poller.add(256, 1, READABLE)).toBe(-posix.EINVAL);
    expect(poller.add(last, 1, READABLE)).toBe(0);
    expect(waitFor(poller)).toEqual([[255, 1, READABLE]]);
  });

  test("a descriptor ≥ FD_SETSIZE is reported where the capacity is larger", () => {
    const poller = open(5000);
    const [client, server] = pair();
    const high = renumber(server, 4000);
    sendOne(client);
    poller.add(high, 9, READABLE);
    expect(waitFor(poller)).toEqual([[high, 9, READABLE]]);
  });
}
