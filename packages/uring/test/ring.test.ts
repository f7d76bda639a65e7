import { posix } from "@c10k-lab/posix";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Descriptors } from "../../posix/test/sockets.ts";
import { BufferRing, openRing, type Ring, type RingOptions } from "../src/index.ts";

const GROUP = 3;
const ONE = Uint8Array.of(1);
const rings: Ring[] = [];

let descriptors: Descriptors;
beforeEach(() => {
  descriptors = new Descriptors();
});
afterEach(() => {
  for (const ring of rings.splice(0)) ring.close();
  descriptors[Symbol.dispose]();
});

function open(options: Partial<RingOptions> = {}): Ring {
  const ring = openRing({ user: "ring.test", entries: 8, completions: 16, isDeferred: true, ...options });
  rings.push(ring);
  return ring;
}

interface Completion {
  readonly low: number;
  readonly high: number;
  readonly result: number;
  readonly flags: number;
}

/** Reads the completions that are there. */
function take(ring: Ring): Completion[] {
  const completions: Completion[] = [];
  ring.begin();
  for (let at = ring.next(); at >= 0; at = ring.next()) {
    completions.push({
      low: ring.low(at),
      high: ring.high(at),
      result: ring.result(at),
      flags: ring.flags(at),
    });
  }
  ring.end();
  return completions;
}

function isMore({ flags }: Completion): boolean {
  return (flags & posix.IORING_CQE_F_MORE) !== 0;
}

test.each([true, false])("a send completes with its length and user data (deferred: %s)", (isDeferred) => {
  const ring = open({ isDeferred });
  const [client, server] = descriptors.pair();
  const slot = new BufferRing(ring, GROUP, 1, 64);
  slot.bytes.set([7, 8, 9]);
  ring.send(client, slot.address(0, 1), 2, 0, -5, 2 ** 31 - 1);
  expect(ring.enter(1, -1)).toBe(1);
  expect(take(ring)).toEqual([{ low: -5, high: 2 ** 31 - 1, result: 2, flags: 0 }]);
  const received = new Uint8Array(4);
  expect(posix.recv(server, received, 0, 4)).toBe(2);
  expect([...received]).toEqual([8, 9, 0, 0]);
});

test("a multishot receive completes for each arrival, until the end of file ends it", () => {
  const ring = open();
  const [client, server] = descriptors.pair();
  const buffers = new BufferRing(ring, GROUP, 4, 64);
  ring.receive(server, GROUP, true, server, 1);
  for (let round = 1; round <= 6; round++) {
    posix.send(client, Uint8Array.of(round), 0, 1);
    ring.enter(1, 1000);
    const [completion] = take(ring) as [Completion];
    expect([completion.result, isMore(completion)]).toEqual([1, true]);
    const id = completion.flags >>> posix.IORING_CQE_BUFFER_SHIFT;
    expect(buffers.view(id)[0]).toBe(round);
    buffers.recycle(id);
    buffers.publish();
  }
  posix.shutdown(client, posix.SHUT_WR);
  ring.enter(1, 1000);
  const [last] = take(ring) as [Completion];
  expect([last.result, isMore(last)]).toEqual([0, false]);
});

test("without a free buffer a receive ends with ENOBUFS and loses no byte", () => {
  const ring = open();
  const [client, server] = descriptors.pair();
  const buffers = new BufferRing(ring, GROUP, 1, 1);
  posix.send(client, Uint8Array.of(5, 6), 0, 2);
  ring.receive(server, GROUP, true, server, 1);
  ring.enter(2, 1000);
  const completions = take(ring);
  expect(completions.map(({ result }) => result)).toEqual([1, -posix.ENOBUFS]);
  expect(completions.map(isMore)).toEqual([true, false]);
  expect(buffers.view(0)[0]).toBe(5);
  buffers.recycle(0);
  buffers.publish();
  ring.receive(server, GROUP, false, server, 1);
  ring.enter(1, 1000);
  expect(take(ring).map(({ result }) => result)).toEqual([1]);
  expect(buffers.view(0)[0]).toBe(6);
});

test("the kernel takes a recycled buffer after it was published, not before", () => {
  const ring = open();
  const [client, server] = descriptors.pair();
  const buffers = new BufferRing(ring, GROUP, 1, 1);
  const receive = () => {
    posix.send(client, ONE, 0, 1);
    ring.receive(server, GROUP, false, server, 1);
    ring.enter(1, 1000);
    return take(ring).map(({ result }) => result);
  };
  expect(receive()).toEqual([1]);
  buffers.recycle(0);
  expect(receive()).toEqual([-posix.ENOBUFS]);
  buffers.publish();
  expect(receive()).toEqual([1]);
});

test("a cancelled operation completes with ECANCELED, and so does its cancellation with 0", () => {
  const ring = open();
  const [, server] = descriptors.pair();
  ring.poll(server, server, 1);
  ring.enter(0, 0);
  ring.cancel(server, 1, server, 2);
  ring.enter(2, 1000);
  const results = new Map(take(ring).map(({ high, result }) => [high, result]));
  expect(results).toEqual(
    new Map([
      [1, -posix.ECANCELED],
      [2, 0],
    ]),
  );
});

test("the space of a ring shrinks with each operation and returns when the kernel takes them", () => {
  const ring = open();
  const [, server] = descriptors.pair();
  expect(ring.space).toBe(8);
  for (let at = 0; at < 8; at++) ring.poll(server, server, at);
  expect(ring.space).toBe(0);
  expect(ring.enter(0, 0)).toBe(8);
  expect(ring.space).toBe(8);
});

test("completions beyond the size of their ring are kept by the kernel and delivered later", () => {
  const ring = open({ entries: 8, completions: 8 });
  const [client, server] = descriptors.pair();
  posix.send(client, ONE, 0, 1);
  for (let at = 0; at < 24; at++) {
    ring.poll(server, at, 1);
    if (ring.space === 0) expect(ring.enter(0, 0)).toBe(8);
  }
  const seen: number[] = [];
  for (let turn = 0; turn < 10 && seen.length < 24; turn++) {
    ring.enter(0, 0);
    seen.push(...take(ring).map(({ low }) => low));
  }
  expect(seen.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 24 }, (_, at) => at));
  expect(ring.lost).toBe(0);
});

test("an entry that asks for more completions than there are delivers all of them without waiting", () => {
  const ring = open({ entries: 64, completions: 64 });
  const [client, server] = descriptors.pair();
  for (let at = 0; at < 40; at++) ring.poll(server, at, 1);
  expect(ring.enter(0, 0)).toBe(40);
  posix.send(client, ONE, 0, 1);
  expect(ring.enter(256, 0)).toBe(0);
  expect(take(ring)).toHaveLength(40);
  expect(ring.hasMore).toBe(false);
});

test("a wait ends with ETIME when its time-out expires", () => {
  expect(open().enter(1, 20)).toBe(-posix.ETIME);
});

test("a kernel without the newer flags gets a ring without them", () => {
  const flags: number[] = [];
  const calls = {
    io_uring_setup: (entries: number, params: Int32Array) => {
      flags.push(params[2] & posix.IORING_SETUP_SINGLE_ISSUER);
      return flags.length === 1 ? -posix.EINVAL : posix.io_uring_setup(entries, params);
    },
  };
  const ring = openRing({ user: "ring.test", entries: 8, completions: 8, isDeferred: true }, calls);
  rings.push(ring);
  expect(flags).toEqual([posix.IORING_SETUP_SINGLE_ISSUER, 0]);
  expect(ring.isDeferred).toBe(false);
});

test.each([
  [posix.EPERM, /forbids it|io_uring_disabled/],
  [posix.ENOSYS, /does not have/],
  [posix.ENOMEM, /ENOMEM/],
])("error %i of io_uring_setup(2) becomes a sentence with the remedy", (errno, sentence) => {
  const calls = { io_uring_setup: () => -errno };
  expect(() => openRing({ user: "ring.test", entries: 8, completions: 8, isDeferred: true }, calls)).toThrow(
    sentence,
  );
});
