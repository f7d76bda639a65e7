import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { renderReport } from "../../src/index.ts";
import { compared } from "../fixtures/comparison.ts";
import { makeResults, makeStudyCells, thrice } from "../fixtures/fixture.ts";
import { capacityResults, idleResults } from "../fixtures/plans.ts";
import { describeInChromium } from "./chromium.ts";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
/** Rules of WCAG 2.0 to 2.2, levels A and AA. */
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

const report = renderReport([makeResults(thrice(makeStudyCells())), idleResults(), capacityResults()]);

describeInChromium("axe finds nothing to object to", (open) => {
  it.each([
    ["report.html", report.html],
    ["details.html", report.details.html],
    ["a comparison", compared.html],
  ])("in %s, light and dark, in a wide window and in one of 360 pixels", async (_, html) => {
    for (const colorScheme of ["light", "dark"] as const) {
      const page = await open(withoutPolicy(html), { colorScheme });
      for (const width of [1200, 360]) {
        await page.setViewportSize({ width, height: 900 });
        expect(await listViolations(page), `${colorScheme}, ${width} px`).toEqual([]);
      }
    }
  });
});

/** The page's policy would keep the tests from adding axe. */
function withoutPolicy(html: string): string {
  return html.replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, "");
}

async function listViolations(page: Page): Promise<string[]> {
  await page.addScriptTag({ path: AXE });
  const options = JSON.stringify({ runOnly: TAGS, resultTypes: ["violations"] });
  const { violations } = (await page.evaluate(`axe.run(document, ${options})`)) as AxeResults;
  return violations.flatMap(({ id, nodes }) =>
    nodes.slice(0, 3).map(({ html }) => `${id}: ${html.slice(0, 160)}`),
  );
}
