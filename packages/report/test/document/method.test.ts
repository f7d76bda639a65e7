import type { LabResults, Manifest } from "@c10k-lab/protocol";
import { expect, test } from "vitest";
import { renderReport } from "../../src/index.ts";
import { capacityResults } from "../fixtures/plans.ts";
import { slice } from "../fixtures/slice.ts";

const textOf = (results: LabResults) => renderReport([results]).markdown;

/** Returns a search whose loads were tried in slices of 2 s, from one load on. */
function slicedFrom(first: number): LabResults {
  const results = capacityResults();
  const repetitions = results.repetitions.map((one, index) =>
    index < first ? one : { ...one, slices: [slice(0.5, 10, { turns: 1, durationMs: 2000 })] },
  );
  return { ...results, repetitions };
}

function onEngine(results: LabResults, engine: Manifest["engine"]): LabResults {
  return { ...results, manifest: { ...results.manifest, engine } };
}

const IN_SLICES = "Rates are tried in slices: all servers are up together and take turns of some 2,000 ms";

test("the method of a search says which loads were tried in slices and which whole", () => {
  expect(textOf(slicedFrom(0))).toContain(IN_SLICES);
  expect(textOf(slicedFrom(0))).not.toContain("tried whole");
  const both = textOf(slicedFrom(1));
  expect(both).toContain(IN_SLICES);
  expect(both).toContain("Numbers of connections are tried whole: each try starts a new server");
  const whole = textOf(capacityResults());
  expect(whole).toContain("All loads are tried whole: each try starts a new server");
  expect(whole).not.toContain("in slices");
});

test("the method says that cells on other machines are measured whole, and why", () => {
  const words = "on another machine every cell is measured whole";
  for (const engine of ["swarm", "remote"] as const)
    expect(textOf(onEngine(capacityResults(), engine))).toContain(words);
  for (const engine of ["process", "docker"] as const)
    expect(textOf(onEngine(capacityResults(), engine))).not.toContain(words);
});
