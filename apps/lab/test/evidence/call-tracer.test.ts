import { expect, test } from "vitest";
import { parseCounts } from "../../src/evidence/call-tracer.ts";

test("the table of strace -c gives the calls by name, with and without errors, without the total", () => {
  const table = `% time     seconds  usecs/call     calls    errors syscall
------ ----------- ----------- --------- --------- ----------------
 61.20    0.000153           3        40         2 read
 38.80    0.000097           2        38           write
------ ----------- ----------- --------- --------- ----------------
100.00    0.000250           3        78         2 total
`;
  expect(parseCounts(table)).toEqual({ read: 40, write: 38 });
});

test("a table without rows gives no calls", () => {
  expect(parseCounts("")).toEqual({});
});
