import { PassThrough } from "node:stream";
import { LineQueue } from "@c10k-lab/process";
import { expect, test } from "vitest";

function openQueue(): { stream: PassThrough; queue: LineQueue } {
  const stream = new PassThrough();
  return { stream, queue: new LineQueue(stream) };
}

test("a line split across chunks, also within a character, is one line", async () => {
  const { stream, queue } = openQueue();
  const bytes = Buffer.from("grüße\nzwei\n");
  for (const byte of bytes) {
    stream.write(Buffer.of(byte));
    await new Promise(setImmediate);
  }
  expect([await queue.next(1000), await queue.next(1000)]).toEqual(["grüße", "zwei"]);
});

test("several lines in one chunk are read one by one, and the rest without a newline at the end", async () => {
  const { stream, queue } = openQueue();
  stream.end("one\ntwo\nrest");
  expect([await queue.next(1000), await queue.next(1000), await queue.next(1000)]).toEqual([
    "one",
    "two",
    "rest",
  ]);
  expect(await queue.next(1000)).toBeNull();
});

test("a wait ends with null in time, and the late line goes to the next reader", async () => {
  const { stream, queue } = openQueue();
  expect(await queue.next(10)).toBeNull();
  stream.write("late\n");
  expect(await queue.next(1000)).toBe("late");
});

test("readers that wait get the lines in their order, and null when the stream breaks", async () => {
  const { stream, queue } = openQueue();
  const readers = [queue.next(1000), queue.next(1000), queue.next(1000)];
  stream.write("one\ntwo\n");
  expect(await Promise.all(readers.slice(0, 2))).toEqual(["one", "two"]);
  stream.destroy(new Error("broken"));
  expect(await readers[2]).toBeNull();
});
