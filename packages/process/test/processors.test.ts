import { allowedProcessors } from "@c10k-lab/posix";
import { expect, test } from "vitest";
import { stayOn } from "../src/processors.ts";

test("a thread stays on the processors until it is disposed of, also within another stay", () => {
  const own = allowedProcessors();
  const [first = 0] = own;
  const last = own.at(-1) ?? 0;
  {
    using _outer = stayOn([first]);
    expect(allowedProcessors()).toEqual([first]);
    {
      using _nested = stayOn([last]);
      using _unchanged = stayOn(null);
      expect(allowedProcessors()).toEqual([last]);
    }
    expect(allowedProcessors()).toEqual([first]);
  }
  expect(allowedProcessors()).toEqual(own);
});
