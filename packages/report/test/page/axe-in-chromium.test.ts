import { expect, it } from "vitest";
import { renderReport } from "../../src/index.ts";
import { compared } from "../fixtures/comparison.ts";
import { makeResults, makeStudyCells, thrice } from "../fixtures/fixture.ts";
import { capacityResults, idleResults } from "../fixtures/plans.ts";
import { BYPASS_POLICY, listViolations } from "./axe.ts";
import { describeInChromium } from "./chromium.ts";

const report = renderReport([makeResults(thrice(makeStudyCells())), idleResults(), capacityResults()]);

describeInChromium("axe finds nothing to object to", (open) => {
  it.each([
    ["report.html", report.html],
    ["details.html", report.details.html],
    ["a comparison", compared.html],
  ])("in %s, light and dark, in a wide window and in one of 360 pixels", async (_, html) => {
    expect(await listViolations(await open(html, BYPASS_POLICY))).toEqual([]);
  });
});
