import { expect, test } from "vitest";
import { isAllowed } from "../check-licenses.ts";

test("one of several licenses to choose from, or all that apply, must be allowed", () => {
  expect(["MIT", "(MIT OR GPL-3.0)", "MIT AND Zlib"].filter((license) => !isAllowed(license))).toEqual([]);
  expect(["GPL-3.0", "MIT AND GPL-3.0", "none", "SEE LICENSE IN x"].filter(isAllowed)).toEqual([]);
});
