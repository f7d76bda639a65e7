import { expect, test } from "vitest";
import { studentQuantile } from "../src/student.ts";

test.each([
  [0.01, 1, 63.657],
  [0.01, 2, 9.925],
  [0.02, 3, 4.541],
  [0.01, 4, 4.604],
  [0.01, 5, 4.032],
  [0.05, 10, 2.228],
  [0.01, 30, 2.75],
  [0.01, 120, 2.617],
])("two-sided tail %d of Student's t with %d degrees of freedom begins at %d", (tail, degrees, value) => {
  expect(studentQuantile(tail, degrees)).toBeCloseTo(value, 3);
});
