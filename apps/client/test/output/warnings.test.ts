import { parseOptions } from "@c10k-lab/cli";
import type { ClientSummary } from "@c10k-lab/protocol";
import { expect, test } from "vitest";
import { contract } from "../../src/contract.ts";
import { describeFailure, describeShortages } from "../../src/output/warnings.ts";
import { resolveWorkload } from "../../src/workload/workload.ts";

async function shortages(...argv: string[]): Promise<string[]> {
  return describeShortages(resolveWorkload(await parseOptions(contract, argv)));
}

test("a load that the machine can hold is no shortage", async () => {
  expect(await shortages("--connections", "10")).toEqual([]);
});

test("more connections than local ports is a shortage, and further source addresses end it", async () => {
  const ports = "70000 are asked for: widen net.ipv4.ip_local_port_range";
  const load = ["--connections", "70000"];
  expect((await shortages(...load)).join("\n")).toContain(ports);
  expect((await shortages(...load, "--source", "127.0.0.1/24")).join("\n")).not.toContain(ports);
});

test("trial 21: where a name has several addresses and no server listens on the first, another one is named", () => {
  const summary = {
    achieved: { completed: 0 },
    asked: { connections: 3 },
    outcomes: { refused: 3, "self-connect": 0 },
  } as ClientSummary;
  const target = { host: "::1", port: 10_000 };
  expect(describeFailure(summary, { target, otherHosts: ["127.0.0.1"] })).toBe(
    "no server listens on [::1]:10000; the name has other addresses: try --host 127.0.0.1",
  );
  expect(describeFailure(summary, { target, otherHosts: [] })).toBe("no server listens on [::1]:10000");
});
