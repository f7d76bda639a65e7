import { afterAll, expect } from "vitest";
import { hasEnginesOfItsOwn } from "./file-order.ts";
import { acquireLock } from "./lock.ts";

if (!hasEnginesOfItsOwn(expect.getState().testPath ?? "")) {
  // All workers of a run have one parent: runs in two checkouts do not wait for each other.
  const lock = await acquireLock(`c10k-lab-tests-${process.ppid}`);
  afterAll(() => lock.close());
}
