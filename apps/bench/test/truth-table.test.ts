import { SCENARIOS } from "@c10k-lab/inference/truth";
import { expect, test } from "vitest";
import { proveTruth } from "../src/truth/simulated-table.ts";

test("the truth table has a row for each scenario in each of four designs, and its verdict agrees with its rows", () => {
  const described: string[] = [];
  const { text, holds } = proveTruth((description) => described.push(description), 2);
  expect(described).toHaveLength(4 * SCENARIOS.length);
  const rows = text.split("\n").filter((line) => SCENARIOS.some(({ name }) => line.includes(`${name} `)));
  expect(rows).toHaveLength(4 * SCENARIOS.length);
  const shares = rows.map((row) => row.split("│").slice(2, 4).map(Number));
  expect(holds).toBe(shares.every(([coverage = 0, findings = 0]) => coverage >= 97 && findings <= 5));
});
