import { expect, test } from "vitest";
import { HeardUntil } from "../../src/load/heard-until.ts";

test("a wait that was not full tells everything up to its begin", () => {
  const heard = new HeardUntil(10, 35);
  heard.note(100, 3);
  expect(heard.asOfUs).toBe(100);
  heard.note(200, 0);
  expect(heard.asOfUs).toBe(200);
});

test("full waits tell nothing more until one is not full", () => {
  const heard = new HeardUntil(10, 35);
  heard.note(100, 0);
  heard.note(200, 10);
  heard.note(300, 10);
  expect(heard.asOfUs).toBe(100);
  heard.note(400, 9);
  expect(heard.asOfUs).toBe(200);
});

test("when every wait is full, time-outs are judged once all sockets had their turn", () => {
  const heard = new HeardUntil(10, 35);
  for (const beginUs of [100, 200, 300, 400]) heard.note(beginUs, 10);
  expect(heard.asOfUs).toBe(100);
  for (const beginUs of [500, 600, 700, 800]) heard.note(beginUs, 10);
  expect(heard.asOfUs).toBe(500);
});
