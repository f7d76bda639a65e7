import { expect, test } from "vitest";
import { live } from "../src/life.ts";

test("P5, P6: hostile and honest clients leave ledgers that agree and clients without a complaint", async () => {
  const life = await live("epoll", 6000, () => false);
  expect(life.mistakes).toEqual([]);
  expect(life.connects).toBeGreaterThan(500);
  expect(life.growths.filter(({ isLeak }) => isLeak)).toEqual([]);
});
