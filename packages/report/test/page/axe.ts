import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";
import { removeRepeatedRows } from "./probe.ts";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
/** Rules of WCAG 2.0 to 2.2, levels A and AA. */
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
/** A page's policy would keep the tests from adding axe. */
export const BYPASS_POLICY = { bypassCSP: true };

/** Rows of each form that axe looks at in a table: the others differ in their words and figures only. */
const ROWS_OF_A_FORM = 2;

/** Returns what axe objects to in a page, folded parts included, light and dark, in a wide window and in one of 360 pixels. */
export async function listViolations(page: Page): Promise<string[]> {
  const found: string[] = [];
  await page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true");
  await page.evaluate(removeRepeatedRows, ROWS_OF_A_FORM);
  await page.addScriptTag({ path: AXE });
  const options = JSON.stringify({ runOnly: TAGS, resultTypes: ["violations"] });
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    for (const width of [1280, 360]) {
      await page.setViewportSize({ width, height: 900 });
      const { violations } = (await page.evaluate(`axe.run(document, ${options})`)) as AxeResults;
      for (const { id, nodes } of violations)
        found.push(`${colorScheme}, ${width} px: ${id}: ${nodes[0]?.html.slice(0, 160)}`);
    }
  }
  return found;
}
