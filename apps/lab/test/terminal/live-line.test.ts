import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { canRedraw, LiveLine } from "../../src/terminal/live-line.ts";

const written: string[] = [];
const { isTTY } = process.stderr;

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(process.stderr, "write").mockImplementation((text) => written.push(String(text)) > 0);
  process.stderr.isTTY = false;
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  process.stderr.isTTY = isTTY;
  written.length = 0;
});

test("a log hears within two seconds what is under way, then ever more rarely, but each minute", () => {
  const line = new LiveLine();
  let seconds = 0;
  line.show(() => `${seconds} s`);
  for (; seconds < 600; seconds++) vi.advanceTimersByTime(1000);
  line.stop();
  // Within a turn of the clock the second is not yet counted.
  expect(written.slice(0, 6)).toEqual([1, 5, 13, 29, 61, 121].map((at) => `${at} s\n`));
  expect(written).toHaveLength(13);
});

test("a log hears nothing of what ends within five seconds but that it has ended, and nothing after the end", () => {
  const line = new LiveLine();
  line.print("the first line");
  for (let cell = 1; cell <= 3; cell++) {
    line.show(() => "under way");
    vi.advanceTimersByTime(4900);
    line.print(`cell ${cell}`);
  }
  line.stop();
  vi.advanceTimersByTime(600_000);
  expect(written).toEqual(["the first line\n", "cell 1\n", "cell 2\n", "cell 3\n"]);
});

test.each<[string, boolean, boolean, NodeJS.ProcessEnv]>([
  ["a terminal", true, true, { TERM: "xterm-256color" }],
  ["a dumb terminal", false, true, { TERM: "dumb" }],
  ["the terminal of a CI job", false, true, { TERM: "xterm", CI: "true" }],
  ["a pipe", false, false, { TERM: "xterm" }],
])("%s draws a line anew: %s", (_, isLive, isTTY, environment) => {
  expect(canRedraw(isTTY, environment)).toBe(isLive);
});
