import { expect, test } from "vitest";
import { ConnectionRows, OWN_FLAGS, OWN_INTEGERS } from "../src/data-plane/connection-rows.ts";

const CAPACITY = 4;
const ADDED = [0, 1, 2].map((index) => OWN_INTEGERS + index);

/** Returns all that a row holds. */
function read(rows: ConnectionRows, fd: number) {
  const added = ADDED.map((field) => rows.get(fd, field));
  return [
    rows.generation(fd),
    rows.ledgerRow(fd),
    rows.lastActiveUs(fd),
    rows.hasFlag(fd, OWN_FLAGS),
    ...added,
  ];
}

test("rows of neighbouring descriptors share no field", () => {
  const rows = new ConnectionRows(CAPACITY, ADDED.length);
  for (let fd = 0; fd < CAPACITY; fd++) {
    rows.open(fd, fd + 10, fd + 20, fd + 0.5);
    for (const field of ADDED) rows.put(fd, field, -fd - field);
    rows.set(fd, OWN_FLAGS, fd % 2 === 1);
  }
  for (let fd = 0; fd < CAPACITY; fd++) {
    const added = ADDED.map((field) => -fd - field);
    expect(read(rows, fd)).toEqual([fd + 10, fd + 20, fd + 0.5, fd % 2 === 1, ...added]);
  }
});

test("only the open connection with the same generation has an event's descriptor", () => {
  const rows = new ConnectionRows(CAPACITY, 1);
  rows.open(1, 7, 0, 0);
  rows.open(3, 8, 1, 0);
  expect([rows.has(1, 7), rows.has(1, 6), rows.has(2, 0)]).toEqual([true, false, false]);
  expect(rows.list()).toEqual([1, 3]);
  rows.close(1);
  expect(rows.has(1, 7)).toBe(false);
  expect(rows.list()).toEqual([3]);
});

test("a connection joins the queue once, and a reused descriptor is not queued", () => {
  const rows = new ConnectionRows(CAPACITY, 1);
  rows.open(2, 1, 0, 0);
  expect([rows.joinQueue(2), rows.joinQueue(2)]).toEqual([true, false]);
  expect([rows.leaveQueue(2), rows.leaveQueue(2)]).toEqual([true, false]);
  rows.joinQueue(2);
  rows.close(2);
  rows.open(2, 2, 0, 0);
  expect(rows.leaveQueue(2)).toBe(false);
});
