import fc from "fast-check";
import { expect, test } from "vitest";
import { COUNTER, FIELD, Ledger, LedgerReader, PEER_BYTES, ROW_OPEN } from "../src/index.ts";

/** Step of one side of the ledger. */
type Step = "open" | "close" | "collect";
const steps = fc.array(fc.constantFrom<Step>("open", "open", "open", "close", "close", "collect"), {
  maxLength: 200,
  size: "max",
});

/** Ledger beside a simple model of it: maps and sets. */
class Model {
  readonly ledger: Ledger;
  readonly reader: LedgerReader;
  /** Row → connection. */
  readonly open = new Map<number, number>();
  readonly closed = new Set<number>();
  readonly collected: number[] = [];
  accepted = 0;

  readonly capacity: number;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.ledger = Ledger.allocate(capacity);
    this.reader = new LedgerReader(this.ledger);
  }
}

function play(model: Model, step: Step): void {
  if (step === "open") openOne(model);
  else if (step === "close") closeOne(model);
  else collect(model);
}

function openOne(model: Model): void {
  const isFull = model.open.size + model.closed.size === model.capacity;
  const row = model.ledger.reserve();
  if (isFull) {
    expect(row).toBe(-1);
    return;
  }
  expect(model.ledger.reserve(), "the same row until it is used").toBe(row);
  expect(model.open.has(row), "a row in use").toBe(false);
  expect(model.ledger.open(1000 + model.accepted)).toBe(row);
  model.accepted++;
  model.open.set(row, model.accepted);
  expect(model.ledger.rows.get(row, FIELD.requests), "a fresh row").toBe(0);
  model.ledger.rows.set(row, FIELD.requests, model.accepted);
}

function closeOne(model: Model): void {
  const [first] = model.open;
  if (!first) return;
  const [row, connection] = first;
  model.ledger.close(row, connection % 3, 5000);
  model.open.delete(row);
  model.closed.add(connection);
}

function collect(model: Model): void {
  const { rows } = model.ledger;
  const visited = model.reader.collect((row) => {
    const connection = rows.get(row, FIELD.connection);
    expect(model.closed.delete(connection), "collected once, and only when closed").toBe(true);
    expect(rows.get(row, FIELD.requests)).toBe(connection);
    expect(rows.get(row, FIELD.openedUs)).toBe(999 + connection);
    expect(model.ledger.closeReason(row)).toBe(connection % 3);
    model.collected.push(connection);
  });
  expect(visited).toBeGreaterThanOrEqual(0);
  expect(model.closed.size, "all closed rows are collected").toBe(0);
}

test("rows opened, closed and collected in any order are collected exactly once", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), steps, (capacity, sequence) => {
      const model = new Model(capacity);
      for (const step of sequence) play(model, step);
      while (model.open.size > 0) closeOne(model);
      collect(model);
      expect(model.collected.sort((a, b) => a - b)).toEqual(
        Array.from({ length: model.accepted }, (_, at) => at + 1),
      );
      expect(model.ledger.counter(COUNTER.accepted)).toBe(model.accepted);
      const { requests, closed } = model.reader.totals();
      expect(requests).toBe((model.accepted * (model.accepted + 1)) / 2);
      expect(closed.reduce((a, b) => a + (b ?? 0), 0)).toBe(model.accepted);
    }),
    { numRuns: 500 },
  );
});

test("reserve returns -1 while the ledger is full, until a row is collected", () => {
  const ledger = Ledger.allocate(2);
  const reader = new LedgerReader(ledger);
  const rows = [ledger.reserve(), 0];
  ledger.open(1);
  rows[1] = ledger.reserve();
  ledger.open(2);
  expect(ledger.reserve()).toBe(-1);
  ledger.close(rows[0] as number, 0, 3);
  expect(ledger.reserve(), "closed, but not yet on disk").toBe(-1);
  expect(reader.collect(() => {})).toBe(1);
  expect(ledger.reserve()).toBe(rows[0]);
});

test("totals count each row once, open, closed or collected", () => {
  const ledger = Ledger.allocate(4);
  const reader = new LedgerReader(ledger);
  const total = () => reader.totals().bytesReceived;
  ledger.reserve();
  const row = ledger.open(1);
  ledger.rows.set(row, FIELD.bytesReceived, 10);
  expect(total()).toBe(10);
  ledger.close(row, 0, 2);
  expect(total()).toBe(10);
  reader.collect(() => {});
  expect(total()).toBe(10);
  ledger.reserve();
  ledger.rows.set(ledger.open(3), FIELD.bytesReceived, 5);
  expect(total()).toBe(15);
});

test("two ledgers on one memory see the same rows and counters", () => {
  const mine = Ledger.allocate(3);
  const theirs = new Ledger(mine.memory);
  theirs.reserve();
  const row = theirs.open(7);
  theirs.peers[row * PEER_BYTES] = 42;
  theirs.countAcceptError(24);
  theirs.noteOpen(3);
  theirs.noteOpen(2);
  expect(mine.rows.state(row)).toBe(ROW_OPEN);
  expect(mine.peers[row * PEER_BYTES]).toBe(42);
  expect(mine.acceptErrors[24]).toBe(1);
  expect(mine.counter(COUNTER.peak)).toBe(3);
});

test("counters stay exact far above 2^32", () => {
  const ledger = Ledger.allocate(1);
  ledger.note(COUNTER.events, 2 ** 52);
  expect(ledger.count(COUNTER.events, 1)).toBe(2 ** 52 + 1);
});
