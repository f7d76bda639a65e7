import { LabProcess } from "@c10k-lab/process/testing";
import { expect, test } from "vitest";
import { refusal } from "./refusal.ts";

interface Answer {
  readonly holdings: { readonly variant: string; readonly limit: string }[];
  readonly memoryBytes: Readonly<Record<string, number>>;
  readonly checks: { readonly limit: string; readonly status: string; readonly available: number | null }[];
}

test("doctor --json prints the checks, and the exit code says whether the machine suffices", async () => {
  const lab = new LabProcess(["doctor", "quick", "--json"]);
  const code = await lab.exited;
  const { checks, holdings, memoryBytes, ...rest } = JSON.parse(lab.stdout) as Answer;
  expect(rest).toEqual({ schema: "c10k-lab/doctor/1", plan: "quick", connections: 10000 });
  expect(holdings).toContainEqual({ variant: "select", asked: 10_000, held: 984, limit: "--fd-setsize" });
  expect(Object.keys(memoryBytes)).toEqual(["processes", "server", "clients", "kernel"]);
  expect(code).toBe(checks.some(({ status }) => status === "short") ? 1 : 0);
  expect(lab.stderr).toBe("");
});

test("doctor prints a table and a sentence for a load that no machine has ports for, exit 1", async () => {
  const lab = new LabProcess(["doctor", "--connections", "70000", "--servers", "epoll"]);
  expect(await lab.exited).toBe(1);
  expect(lab.stdout).toMatch(
    /│ local ports of an address +│ net.ipv4.ip_local_port_range +│ +70,000 │ .* │ short +│/,
  );
  expect(lab.stdout).toMatch(/^local ports of an address: 70,000 needed, .* leave out cells above \d+/m);
});

test.each([
  [["doctor", "nosuch"], "there is no plan 'nosuch'"],
  [["doctor", "--connections", "0"], "0 is not a number of connections"],
  [["doctor", "--servers", "pool"], "'pool' is not one of"],
])("the lab refuses %j in one sentence", async (args, words) => {
  expect(await refusal(args)).toContain(words);
});
