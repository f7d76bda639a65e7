import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { BYPASS_POLICY, listViolations } from "../../../packages/report/test/page/axe.ts";
import { describeInChromium } from "../../../packages/report/test/page/chromium.ts";
import { cutOff, isDrawn, scrolling } from "../../../packages/report/test/page/probe.ts";
import { keptReports, renderKept } from "../../../tools/keep-report.ts";

const PAGES = ["report.html", "details.html"];
/** Two screens of a laptop. */
const LAPTOP = { width: 1280, height: 800 };
const SCREENS = 2;
/** Phone, tablet, laptop, and the first widths at which columns stand beside each other: see table-width.ts. */
const WIDTHS_PX = [360, 390, 768, 900, 901, 1119, 1120, 1280];

const kept = keptReports();
const pages = kept.flatMap((name) => PAGES.map((page) => [name, page] as const));

describeInChromium("the pages of the kept reports", (open) => {
  it.each(pages)("axe objects to nothing in %s/%s", async (name, page) => {
    expect(await listViolations(await open(read(name, page), BYPASS_POLICY))).toEqual([]);
  });

  it.each(pages)("%s/%s cuts off no column in a window of 360 pixels or more", async (name, file) => {
    const page = await open(read(name, file));
    await page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true");
    for (const width of WIDTHS_PX) {
      await page.setViewportSize({ width, height: 900 });
      await page.evaluate(isDrawn);
      expect(await page.evaluate("document.documentElement.scrollWidth"), `${width} px`).toBe(width);
      expect(await page.locator(".table").evaluateAll(scrolling), `${width} px`).toEqual([]);
      expect(await page.locator("tbody > tr > :visible").evaluateAll(cutOff), `${width} px`).toEqual([]);
    }
  });

  it.each(kept)("the first screen of %s has the chart, two have all that a teacher asks", async (name) => {
    const page = await open(read(name, "report.html"), { viewport: LAPTOP });
    expect(await bottomOf(page, ".chart")).toBeLessThanOrEqual(LAPTOP.height);
    expect(await bottomOf(page, ".command")).toBeLessThanOrEqual(SCREENS * LAPTOP.height);
  });
});

const folders = new Map<string, string>();

/** Returns a page of a kept report, which is rendered once. */
function read(name: string, page: string): string {
  let folder = folders.get(name);
  if (folder === undefined) {
    folder = mkdtempSync(join(tmpdir(), "c10k-pages-"));
    renderKept(name, folder, PAGES);
    folders.set(name, folder);
  }
  return readFileSync(join(folder, page), "utf8");
}

/** Returns the pixels from the top of a page to the end of an element. */
async function bottomOf(page: Page, selector: string): Promise<number> {
  const box = await page.locator(selector).first().boundingBox();
  return (box?.y ?? Number.POSITIVE_INFINITY) + (box?.height ?? 0);
}
