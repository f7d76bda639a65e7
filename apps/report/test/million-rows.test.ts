import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mainOf, TestProgram } from "@c10k-lab/process/testing";
import { CLIENT_COLUMNS } from "@c10k-lab/protocol/columns";
import { afterAll, expect, test } from "vitest";
import { makeCell, makeResults } from "../../../packages/report/test/fixtures/fixture.ts";
import { writeResults } from "./results-on-disk.ts";

const CLIENTS = 10;
const ROWS_EACH = 100_000;
/** One connection in so many is busy. */
const BUSY_EVERY = 10;
const PEAK_MAX_KIB = 500 * 1024;

const root = mkdtempSync(join(tmpdir(), "c10k-million-"));
afterAll(() => rmSync(root, { recursive: true }));

/** Writes the rows of one client as a load of mostly idle connections leaves them; one response is late. */
function writeRows(path: string): void {
  const file = openSync(path, "w");
  const lines = [CLIENT_COLUMNS.join(",")];
  for (let n = 1; n <= ROWS_EACH; n++) {
    const ms = 1 + (n % 977) / 100;
    const longest = n === BUSY_EVERY ? 500 : ms + 3;
    lines.push(
      n % BUSY_EVERY === 0
        ? `${n},127.0.0.9,${n % 65536},1.251,${ms},,99,2000,2000,${ms},0.5,${ms},${ms},${longest},9349.7,ok`
        : `${n},127.0.0.9,${n % 65536},1.251,,0,0,40,40,,,,,,10349.706,ok`,
    );
  }
  writeSync(file, `${lines.join("\n")}\n`);
  closeSync(file);
}

/** Returns the most resident memory of a process, looking at it until it ends. */
async function watchPeakKiB(program: TestProgram): Promise<number> {
  let peakKiB = 0;
  while (program.isRunning) {
    try {
      const status = readFileSync(`/proc/${program.pid}/status`, "utf8");
      peakKiB = Math.max(peakKiB, Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0));
    } catch {
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return peakKiB;
}

test("a report of a million connections has all of them, in less than 500 MiB and in pages of the usual size", async () => {
  const wish = { server: "epoll", connections: CLIENTS * ROWS_EACH };
  const cell = makeCell({ ...wish, change: (one) => ({ ...one, clients: CLIENTS }) });
  const folder = writeResults(root, { ...makeResults([cell], { plan: "c1m" }), connections: new Map() });
  for (let n = 1; n <= CLIENTS; n++) writeRows(join(folder, cell.id, `client-${n}.csv`));
  const program = new TestProgram({ program: mainOf("report"), args: ["report", folder] });
  const peak = watchPeakKiB(program);
  const { code, stderr } = await program.outcome();
  expect([code, stderr]).toEqual([0, ""]);
  expect(await peak).toBeLessThan(PEAK_MAX_KIB);
  expect(readFileSync(join(folder, "details.md"), "utf8")).toContain(
    `${CLIENTS} of 1,000,000 connections waited longer than 180 ms`,
  );
  for (const page of ["report.html", "details.html"]) {
    expect(statSync(join(folder, page)).size).toBeLessThan(5 * 2 ** 20);
  }
});
