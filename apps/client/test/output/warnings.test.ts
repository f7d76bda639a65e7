import { parseOptions } from "@c10k-lab/cli";
import { expect, test } from "vitest";
import { contract } from "../../src/contract.ts";
import { describeShortages } from "../../src/output/warnings.ts";
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
