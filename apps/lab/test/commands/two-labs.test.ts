import { readdirSync } from "node:fs";
import { join } from "node:path";
import { readCsv } from "@c10k-lab/files";
import { LabProcess, until } from "@c10k-lab/process/testing";
import { expect, test } from "vitest";

const BUSY = join(import.meta.dirname, "../fixtures/busy.yaml");
const SMALL = ["run", BUSY, "--servers", "epoll", "--max-connections", "10", "--repeats", "1"];

test("B10: two labs with one results folder know of each other, and each has results of its own", async () => {
  const first = new LabProcess([...SMALL, "--duration", "3s"]);
  await until(() => first.children().length > 0, "the first lab measures", 30_000);
  const second = new LabProcess([...SMALL, "--duration", "300ms"], { results: first.results });
  expect(await second.exited, second.stderr).toBe(0);
  expect(await first.exited, first.stderr).toBe(0);
  expect(first.stderr).toContain(`lab: another lab measures on this machine, process ${second.pid}: `);
  expect(second.stderr).toContain(`lab: another lab measures on this machine, process ${first.pid}: `);
  const runs = readdirSync(first.results).filter((name) => name !== "latest");
  expect(runs).toHaveLength(2);
  for (const run of runs) {
    expect((await readCsv(join(first.results, run, "epoll-10/client.csv"))).rows).toHaveLength(10);
  }
}, 60_000);
