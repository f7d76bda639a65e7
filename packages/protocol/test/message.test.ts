import fc from "fast-check";
import { expect, test } from "vitest";
import { countMessages, NEWLINE } from "../src/index.ts";

/** Bytes in which newlines are frequent, and lengths on both sides of the switch from loop to indexOf at 32. */
const bytes = fc
  .oneof(
    fc.uint8Array({ maxLength: 31 }),
    fc.uint8Array({ minLength: 30, maxLength: 35, size: "max" }),
    fc.uint8Array({ minLength: 33, maxLength: 2000, size: "max" }),
    fc.array(fc.constantFrom(NEWLINE, 0x61), { maxLength: 300, size: "max" }),
  )
  .map((array) => Buffer.from(array));

function countOneByOne(buffer: Uint8Array): number {
  return buffer.filter((byte) => byte === NEWLINE).length;
}

test("countMessages equals a count byte by byte", () => {
  fc.assert(
    fc.property(bytes, (buffer) => {
      expect(countMessages(buffer, buffer.length)).toBe(countOneByOne(buffer));
    }),
    { numRuns: 500 },
  );
});

test("countMessages ignores bytes beyond the length", () => {
  fc.assert(
    fc.property(bytes, fc.nat(), (buffer, at) => {
      const length = at % (buffer.length + 1);
      expect(countMessages(buffer, length)).toBe(countOneByOne(buffer.subarray(0, length)));
    }),
    { numRuns: 500 },
  );
});

test("countMessages counts a stream the same in any pieces", () => {
  fc.assert(
    fc.property(bytes, fc.nat(), (buffer, at) => {
      const cut = at % (buffer.length + 1);
      const parts = countMessages(buffer, cut) + countMessages(buffer.subarray(cut), buffer.length - cut);
      expect(parts).toBe(countOneByOne(buffer));
    }),
  );
});

test.each([31, 32, 33, 16_384])(
  "countMessages of %i bytes is right with no newline, only newlines, and a newline at the end",
  (length) => {
    expect(countMessages(Buffer.alloc(length), length)).toBe(0);
    expect(countMessages(Buffer.alloc(length).fill(NEWLINE), length)).toBe(length);
    const last = Buffer.alloc(length);
    last[length - 1] = NEWLINE;
    expect(countMessages(last, length)).toBe(1);
    expect(countMessages(last, length - 1)).toBe(0);
  },
);
