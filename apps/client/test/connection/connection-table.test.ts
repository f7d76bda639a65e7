import { posix } from "@c10k-lab/posix";
import { expect, test } from "vitest";
import {
  ConnectionTable,
  DOUBLE,
  doubleAt,
  INTEGER,
  integerAt,
} from "../../src/connection/connection-table.ts";

test("the fields of neighbouring connections share no byte, and fill 64 bytes each", () => {
  const { integers, doubles } = new ConnectionTable(2);
  const integerIndexes = [0, 1].flatMap((connection) =>
    Object.values(INTEGER).map((field) => integerAt(connection, field)),
  );
  const doubleIndexes = [0, 1].flatMap((connection) =>
    Object.values(DOUBLE).map((field) => doubleAt(connection, field)),
  );
  for (const index of integerIndexes) integers[index] = -index;
  for (const index of doubleIndexes) doubles[index] = index + 0.1;
  expect(integerIndexes.map((index) => integers[index])).toEqual(integerIndexes.map((index) => -index));
  expect(doubleIndexes.map((index) => doubles[index])).toEqual(doubleIndexes.map((index) => index + 0.1));
  expect(integers.byteLength).toBe(2 * 64);
});

test.each([1, 100, 2000, 10_000])("the rows of %i connections begin with a cache line", (connections) => {
  const { integers } = new ConnectionTable(connections);
  expect(integers).toHaveLength(connections * 16);
  expect(posix.address_of(integers) % 64).toBe(0);
});
