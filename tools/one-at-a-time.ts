import { afterAll } from "vitest";
import { acquireLock } from "./lock.ts";

// All workers of a run have one parent: runs in two checkouts do not wait for each other.
const lock = await acquireLock(`c10k-lab-tests-${process.ppid}`);
afterAll(() => lock.close());
