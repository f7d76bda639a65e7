import { afterEach, beforeEach, expect, test } from "vitest";
import { Epoll } from "../src/epoll.ts";
import { monotonicUs, posix } from "../src/index.ts";
import { Descriptors } from "./sockets.ts";

const ONE = Uint8Array.of(1);
const EDGE = posix.EPOLLIN | posix.EPOLLRDHUP | posix.EPOLLET;

let descriptors: Descriptors;
let epoll: Epoll;
beforeEach(() => {
  descriptors = new Descriptors();
  epoll = new Epoll(4);
});
afterEach(() => {
  epoll.close();
  descriptors[Symbol.dispose]();
});

/** Wait whose result is always the same. It notes the time-outs. */
class ScriptedWait {
  readonly numbers = new Float64Array(posix.REGISTERS);
  readonly timeouts: number[] = [];
  readonly result: number;

  constructor(result: number) {
    this.result = result;
  }

  make(): void {
    this.timeouts.push(this.numbers[2]);
  }
}

/** Decodes the events of a wait that does not sleep. */
function readEvents(): object[] {
  return Array.from({ length: epoll.wait(0) }, (_, index) => ({
    fd: epoll.fd(index),
    generation: epoll.generation(index),
    isReadable: epoll.isReadable(index),
    isWritable: epoll.isWritable(index),
    hasMoreThanData: epoll.hasMoreThanData(index),
  }));
}

test("an event carries its descriptor, its generation, and data alone is not more than data", () => {
  const [client, server] = descriptors.pair();
  expect(epoll.add(server, -5, EDGE)).toBe(0);
  posix.send(client, ONE, 0, 1);
  const event = { fd: server, generation: -5, isReadable: true, isWritable: false, hasMoreThanData: false };
  expect(readEvents()).toEqual([event]);
  expect(readEvents()).toEqual([]);
});

test("several events of one wait are decoded each from its own words", () => {
  const servers = [1, 2, 3].map((generation) => {
    const [client, server] = descriptors.pair();
    epoll.add(server, generation, EDGE);
    posix.send(client, ONE, 0, 1);
    return server;
  });
  const events = readEvents();
  expect(events).toHaveLength(3);
  expect(events).toEqual(servers.map((fd, at) => expect.objectContaining({ fd, generation: at + 1 })));
});

test("a FIN behind data is more than data", () => {
  const [client, server] = descriptors.pair();
  epoll.add(server, 1, EDGE);
  posix.send(client, ONE, 0, 1);
  posix.shutdown(client, posix.SHUT_WR);
  expect(readEvents()).toMatchObject([{ isReadable: true, hasMoreThanData: true }]);
});

test("modify replaces the flags, remove ends the events", () => {
  const [client, server] = descriptors.pair();
  epoll.add(server, 1, posix.EPOLLIN);
  posix.send(client, ONE, 0, 1);
  expect(epoll.modify(server, 2, posix.EPOLLOUT)).toBe(0);
  expect(readEvents()).toMatchObject([{ generation: 2, isReadable: false, isWritable: true }]);
  expect(epoll.remove(server)).toBe(0);
  expect(readEvents()).toEqual([]);
  expect(epoll.remove(server)).toBeLessThan(0);
});

test("waitUs sleeps less than a millisecond where the kernel can", () => {
  const beforeUs = monotonicUs();
  expect(epoll.waitUs(200)).toBe(0);
  expect(monotonicUs() - beforeUs).toBeGreaterThanOrEqual(200);
});

test.each(["ENOSYS", "EPERM"] as const)(
  "after %s of epoll_pwait2(2), waitUs rounds up to milliseconds and does not ask again",
  (errno) => {
    const waits = { epoll_wait: new ScriptedWait(0), epoll_pwait2: new ScriptedWait(-posix[errno]) };
    const old = new Epoll(1, (name) => waits[name]);
    expect(old.waitUs(1)).toBe(0);
    expect(old.waitUs(2500)).toBe(0);
    old.close();
    expect(waits.epoll_pwait2.timeouts).toHaveLength(1);
    expect(waits.epoll_wait.timeouts).toEqual([1, 3]);
  },
);

test("an interrupted wait is a negative error number, not an older kernel", () => {
  const waits = { epoll_wait: new ScriptedWait(0), epoll_pwait2: new ScriptedWait(-posix.EINTR) };
  const interrupted = new Epoll(1, (name) => waits[name]);
  expect(interrupted.waitUs(1000)).toBe(-posix.EINTR);
  interrupted.close();
  expect(waits.epoll_wait.timeouts).toEqual([]);
});
