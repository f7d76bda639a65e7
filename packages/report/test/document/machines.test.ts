import type { SwarmNode } from "@c10k-lab/protocol";
import { expect, test } from "vitest";
import { listEnvironmentDifferences } from "../../src/experiment-comparison/environment-differences.ts";
import { renderReport } from "../../src/index.ts";
import { makeResults, makeStudyCells } from "../fixtures/fixture.ts";

const ALPHA: SwarmNode = {
  ...{ name: "alpha", side: "server", address: "10.0.0.1", cpu: "Big CPU", processors: 64 },
  ...{ memoryBytes: 128 * 2 ** 30, kernel: "6.1.0", loadAverage: 0, fileDescriptors: 20_000, clock: null },
  sysctls: { "net.core.somaxconn": "128", "net.ipv4.tcp_max_syn_backlog": "1024" },
};
const BETA: SwarmNode = {
  ...{ name: "beta", side: "clients", address: "10.0.0.2", cpu: "Small CPU", processors: 4 },
  ...{ memoryBytes: 4 * 2 ** 30, kernel: "5.10.0", loadAverage: 0, fileDescriptors: null },
  clock: { offsetMs: 1.25, errorMs: 0.5 },
};

test("A report of two machines says whose processor, memory, kernel and limits are whose", () => {
  const results = makeResults(makeStudyCells(), { engine: "remote", nodes: [ALPHA, BETA] });
  const { markdown, details } = renderReport([results]);
  expect(markdown).toContain(
    "server on alpha: 64 × Big CPU, 128 GiB, kernel 6.1.0; clients on beta: 4 × Small CPU, 4.00 GiB, kernel 5.10.0.",
  );
  expect(markdown).toContain("alpha: 6.1.0; beta: 5.10.0");
  expect(markdown).not.toContain("Example CPU");
  expect(markdown).toContain("The network between the machines is part of every time and rate.");
  expect(details?.markdown).toMatch(/^\| node alpha +\| server, 10\.0\.0\.1, .*20,000 file descriptors/m);
  expect(details?.markdown).toMatch(
    /^\| node beta +\| clients, 10\.0\.0\.2, .*any number of file descriptors/m,
  );
  expect(details?.markdown).toMatch(/^\| the lab's kernel +\| 6\.18\.0/m);
  expect(details?.markdown).toMatch(/^\| alpha: net\.core\.somaxconn +\| 128 /m);
  expect(details?.markdown).not.toContain("alpha: net.ipv4");
  expect(details?.markdown).toMatch(/^\| the lab's net\.core\.somaxconn/m);
});

test("A comparison names what differs between the servers' machines, wherever the lab was", () => {
  const on = (server: SwarmNode) => makeResults([], { engine: "remote", nodes: [server, BETA] });
  const faster = { ...ALPHA, cpu: "Bigger CPU", sysctls: { ...ALPHA.sysctls, "net.core.somaxconn": "4096" } };
  expect(listEnvironmentDifferences(on(ALPHA), on(faster))).toEqual([
    { property: "processor", name: null, before: "Big CPU", after: "Bigger CPU" },
    { property: "sysctl", name: "net.core.somaxconn", before: "128", after: "4096" },
  ]);
});
