import Table from "cli-table3";
import type { Growth } from "./growth.ts";
import type { Life } from "./life.ts";

const HEAD = [
  "server",
  "connections",
  "memory KiB",
  "descriptors",
  "threads",
  "CLOSE_WAIT",
  "response ms",
  "ledgers",
];

/** Returns a table of the lives: the level of each quantity, and its growth with the 99 % interval. */
export function formatLives(lives: readonly Life[]): string {
  const table = new Table({ head: HEAD, style: { head: [], border: [] } });
  for (const { server, connects, growths, mistakes } of lives) {
    table.push([
      server,
      String(connects),
      ...growths.map(describe),
      mistakes.length === 0 ? "agree" : "see below",
    ]);
  }
  return `${table}\nLevel, and growth from the first to the second half of a life with its 99 % interval; ! is a leak.`;
}

function describe({ level, growth, interval, isLeak }: Growth): string {
  const range = interval === null ? "" : ` (${short(interval.low)}..${short(interval.high)})`;
  return `${short(level)}\n${growth < 0 ? "" : "+"}${short(growth)}${range}${isLeak ? " !" : ""}`;
}

function short(value: number): string {
  return Number(value.toPrecision(3)).toString();
}
