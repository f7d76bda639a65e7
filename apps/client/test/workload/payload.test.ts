import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PayloadPool } from "../../src/workload/payload.ts";

const NEWLINE = 0x0a;
const encode = (text: string) => new TextEncoder().encode(text);

describe("a pool of random texts", () => {
  test("every message is printable, of the size asked for, and ends in its only newline", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), fc.nat(), fc.nat(), (most, seed, draw) => {
        const pool = new PayloadPool({
          message: null,
          texts: "random",
          sizeBytes: { from: 1, to: most },
          seed,
        });
        const size = 1 + (draw % most);
        const end = pool.end(draw % pool.texts);
        const message = pool.bytes.subarray(end - size, end);
        expect(message.length).toBe(size);
        expect(message.indexOf(NEWLINE)).toBe(size - 1);
        expect(message.subarray(0, -1).every((byte) => byte > 0x20 && byte < 0x7f)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  test("the same seed makes the same texts, and another seed makes others", () => {
    const make = (seed: number) =>
      new PayloadPool({ message: null, texts: "random", sizeBytes: { from: 9, to: 90 }, seed }).bytes;
    expect(make(7).equals(make(7))).toBe(true);
    expect(make(7).equals(make(8))).toBe(false);
  });

  test("texts of one pool differ", () => {
    const pool = new PayloadPool({
      message: null,
      texts: "random",
      sizeBytes: { from: 20, to: 20 },
      seed: 1,
    });
    const texts = new Set(
      Array.from({ length: pool.texts }, (_, text) =>
        pool.bytes.toString("latin1", pool.end(text) - 20, pool.end(text)),
      ),
    );
    expect(texts.size).toBe(pool.texts);
  });
});

test("numbered texts are sentences of 20 bytes, 4,096 different ones", () => {
  const pool = new PayloadPool({
    message: null,
    texts: "numbered",
    sizeBytes: { from: 20, to: 20 },
    seed: 1,
  });
  const all = Array.from({ length: pool.texts }, (_, text) =>
    pool.bytes.toString("latin1", pool.end(text) - 20, pool.end(text)),
  );
  expect(all[0x3f2]).toBe("This is payload 3f2\n");
  expect(new Set(all).size).toBe(4096);
});

describe("matches", () => {
  test.each([3, 64, 65, 4000])("finds any single wrong byte among %i", (length) => {
    const pool = new PayloadPool({
      message: null,
      texts: "random",
      sizeBytes: { from: length, to: length },
      seed: 3,
    });
    const from = pool.end(0) - length;
    const echo = Buffer.from(pool.bytes.subarray(from, from + length));
    expect(pool.matches(from, echo, length)).toBe(true);
    for (const at of [0, length >> 1, length - 1]) {
      const wrong = Buffer.from(echo);
      wrong[at] ^= 1;
      expect(pool.matches(from, wrong, length)).toBe(false);
    }
  });

  test("bytes beyond the length are not compared", () => {
    const pool = new PayloadPool({
      message: encode("abc\n"),
      texts: "numbered",
      sizeBytes: { from: 4, to: 4 },
      seed: 1,
    });
    expect(pool.matches(0, Buffer.from("abX"), 2)).toBe(true);
  });
});
