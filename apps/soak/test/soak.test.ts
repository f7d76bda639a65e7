import { expect, test } from "vitest";
import { live } from "../src/life.ts";
import { SERVERS } from "../src/options.ts";

test("every server of this checkout can be soaked, a new one too", () => {
  expect(SERVERS.toSorted()).toEqual(["epoll", "poll", "select", "threaded", "uring"]);
});

test("P5, P6: hostile and honest clients leave ledgers that agree and clients without a complaint", async () => {
  let looks = 0;
  const life = await live("epoll", 6000, { isStopped: () => false, look: () => looks++ });
  expect(life.mistakes).toEqual([]);
  expect(looks).toBeGreaterThan(0);
  expect(life.connects).toBeGreaterThan(500);
  expect(life.growths.filter(({ isLeak }) => isLeak)).toEqual([]);
});
