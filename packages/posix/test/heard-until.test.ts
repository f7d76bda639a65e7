import { expect, test } from "vitest";
import { HeardUntil } from "../src/heard-until.ts";
import { posix } from "../src/index.ts";

test("a wait that was not full tells everything up to its begin", () => {
  const heard = new HeardUntil(10);
  heard.note(100, 3, 35);
  expect(heard.asOfUs).toBe(100);
  heard.note(200, 0, 35);
  expect(heard.asOfUs).toBe(200);
});

test("full waits tell nothing more until one is not full", () => {
  const heard = new HeardUntil(10);
  heard.note(100, 0, 35);
  heard.note(200, 10, 35);
  heard.note(300, 10, 35);
  expect(heard.asOfUs).toBe(100);
  heard.note(400, 9, 35);
  expect(heard.asOfUs).toBe(200);
});

test("when every wait is full, time-outs are judged once all sockets had their turn", () => {
  const heard = new HeardUntil(10);
  for (const beginUs of [100, 200, 300, 400]) heard.note(beginUs, 10, 35);
  expect(heard.asOfUs).toBe(100);
  for (const beginUs of [500, 600, 700, 800]) heard.note(beginUs, 10, 35);
  expect(heard.asOfUs).toBe(500);
});

test("an interrupted wait tells nothing", () => {
  const heard = new HeardUntil(10);
  heard.note(100, 3, 35);
  heard.note(200, -posix.EINTR, 35);
  expect(heard.asOfUs).toBe(100);
});
