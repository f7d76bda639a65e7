import { expect, it } from "vitest";
import { renderReport } from "../../src/index.ts";
import { compared } from "../fixtures/comparison.ts";
import { makeResults, makeStudyCells, thrice } from "../fixtures/fixture.ts";
import { capacityResults, idleResults } from "../fixtures/plans.ts";
import { BYPASS_POLICY, listViolations } from "./axe.ts";
import { describeInChromium } from "./chromium.ts";

const row = (attributes: string, text: string) => `<tr><td ${attributes}>${text}</td></tr>`;
/** A table of which one late row is as pale as the paper. */
const PALE = `<!doctype html><html lang="en"><title>pale</title><main><h1>pale</h1><table><tbody>${[
  ...Array.from({ length: 40 }, (_, at) => row("", `row ${at}`)),
  row('style="color: #eee"', "row 40"),
].join("")}</tbody></table></main></html>`;

const report = renderReport([makeResults(thrice(makeStudyCells())), idleResults(), capacityResults()]);

describeInChromium("axe finds nothing to object to", (open) => {
  it.each([
    ["report.html", report.html],
    ["details.html", report.details.html],
    ["a comparison", compared.html],
  ])("in %s, light and dark, in a wide window and in one of 360 pixels", async (_, html) => {
    expect(await listViolations(await open(html, BYPASS_POLICY))).toEqual([]);
  });

  it("a pale row behind forty others of its table is found", async () => {
    const page = await open(PALE, BYPASS_POLICY);
    expect(await listViolations(page)).toEqual(
      expect.arrayContaining([expect.stringMatching(/color-contrast: <td style=/)]),
    );
    expect(await page.locator("tbody tr").count()).toBe(3);
  });
});
