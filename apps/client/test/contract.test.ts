import type { OptionTable } from "@c10k-lab/cli";
import { expect, test } from "vitest";
import { contract } from "../src/contract.ts";

const rows = Object.entries<OptionTable[string]>(contract.options);

test("the contract names the options that the lab sets for each run", () => {
  const perRun = rows.filter(([, row]) => row.isPerRun).map(([name]) => name);
  expect(perRun.sort().join()).toBe(
    "connections,control,exitWithParent,gate,host,port,seed,startAtMs,stats,summary",
  );
});

test("the contract names the options that are divided among several clients", () => {
  const divided = rows.filter(([, row]) => row.isDividedAmongClients).map(([name]) => name);
  expect(divided.sort()).toEqual(["active", "connectRate", "rate"]);
});

test("options that exclude each other are options of the contract, without a default", () => {
  const excluded = rows.flatMap(([name, { excludes = [] }]) =>
    excludes.length > 0 ? [name, ...excludes] : [],
  );
  const table = Object.fromEntries(rows);
  for (const name of excluded) expect(table[name]).toMatchObject({ describe: expect.any(String) });
  expect(excluded.filter((name) => table[name]?.default !== undefined)).toEqual([]);
});
