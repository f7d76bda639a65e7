import type { Search } from "@c10k-lab/protocol";
import { expect, test, vi } from "vitest";
import { SearchProgress } from "../../src/capacity/search-progress.ts";

const SEARCH: Search = {
  group: null,
  variant: "epoll",
  server: "epoll",
  searched: "rate",
  fixed: { connections: 200, rate: null },
  ended: "interrupted",
  met: null,
  failed: null,
  bound: { bound: "plan", value: 1000 },
  first: null,
  tries: [],
};

test("the log of a search for capacity has one line for each search that ends, and no blank one", () => {
  const written: string[] = [];
  vi.spyOn(process.stderr, "write").mockImplementation((text) => written.push(String(text)) > 0);
  const progress = new SearchProgress(2);
  for (const variant of ["select", "epoll"]) progress.ended({ ...SEARCH, variant });
  vi.restoreAllMocks();
  expect(written.join("").match(/^.*$/gm)).toEqual([
    expect.stringMatching(/^select: interrupted; nothing was found\. {2}\(0 trials, \d+ s\)$/),
    expect.stringMatching(/^epoll: interrupted; /),
    "",
  ]);
});
