import type { SwarmNode } from "@c10k-lab/protocol";
import { expect, test } from "vitest";
import { renderReport } from "../../src/index.ts";
import { makeResults, makeStudyCells } from "../fixtures/fixture.ts";

const ALPHA: SwarmNode = {
  ...{ name: "alpha", side: "server", address: "10.0.0.1", cpu: "Big CPU", processors: 64 },
  ...{ memoryBytes: 128 * 2 ** 30, kernel: "6.1.0", loadAverage: 0, fileDescriptors: 20_000, clock: null },
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
  expect(details?.markdown).toMatch(/^\| the lab's net\.core\.somaxconn/m);
});
