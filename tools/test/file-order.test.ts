import { expect, test } from "vitest";
import { orderFiles } from "../file-order.ts";

test("shared files are spread among the long ones, and short ones come last", () => {
  const files = { shared: ["A", "B"], long: ["1", "2", "3"], short: ["x"] };
  expect(orderFiles(files)).toEqual(["A", "1", "2", "B", "3", "x"]);
});

test.each([
  { shared: [], long: ["1", "2"], short: ["x"] },
  { shared: ["A", "B", "C"], long: ["1"], short: [] },
  { shared: ["A"], long: [], short: ["x", "y"] },
])("no file is lost or run twice: %j", (files) => {
  const all = [...files.shared, ...files.long, ...files.short];
  expect(orderFiles<string>(files).sort()).toEqual(all.sort());
});
