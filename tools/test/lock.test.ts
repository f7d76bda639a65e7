import { expect, test } from "vitest";
import { acquireLock } from "../lock.ts";

test("a lock is held by one at a time, and given to the next after its release", async () => {
  const name = `c10k-lab-lock-test-${process.pid}`;
  const first = await acquireLock(name);
  let isFree = false;
  const next = acquireLock(name).then((lock) => {
    expect(isFree).toBe(true);
    lock.close();
  });
  await new Promise((resolve) => setTimeout(resolve, 300));
  isFree = true;
  first.close();
  await next;
});
