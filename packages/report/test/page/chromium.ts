import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect } from "vitest";
import { findChromium } from "../../src/page/chromium.ts";
import { isDrawn } from "./probe.ts";

/** A browser on a busy machine takes its time. */
const BOUND_MS = 120_000;
const WIDE: BrowserContextOptions = { viewport: { width: 1200, height: 900 } };

interface OpenOptions extends BrowserContextOptions {
  /** Content-Security-Policy of a server that the page comes from, instead of from disk. */
  readonly policy?: string;
}

/** Opens a page from disk as a reader would, without a network. */
export type OpenPage = (html: string, options?: OpenOptions) => Promise<Page>;

/** Address of a page with a policy: no server is asked. */
const SERVED = "http://report.invalid/";

/**
 * Tests in the machine's Chromium. Whatever else they look at, no page may complain on the console, fail, or ask for
 * anything but itself. Where there is no Chromium they are skipped, unless REQUIRE_BROWSER=1.
 */
export function describeInChromium(title: string, body: (open: OpenPage) => void): void {
  const found = findChromium();
  if (found === undefined && process.env.REQUIRE_BROWSER !== "1") {
    describe.skip(`${title} [skipped: there is no Chromium on PATH and CHROMIUM names none]`, () =>
      body(never));
    return;
  }
  describe(title, { timeout: BOUND_MS }, () => {
    let browser: Browser;
    let folder: string;
    const opened: Page[] = [];
    const complaints: string[] = [];
    const open: OpenPage = async (html, { policy, ...options } = {}) => {
      const context = await browser.newContext({ ...WIDE, ...options, offline: true });
      const page = await context.newPage();
      opened.push(page);
      page.on("console", (message) => {
        // The browser says what a server's policy forbids.
        const isPolicy = policy !== undefined && /Content Security Policy|sandboxed/.test(message.text());
        if (!isPolicy) complaints.push(`${message.type()}: ${message.text()}`);
      });
      page.on("pageerror", (error) => complaints.push(error.message));
      page.on("request", (request) => {
        if (!/^(file|data):/.test(request.url()) && request.url() !== SERVED)
          complaints.push(`asked for ${request.url()}`);
      });
      if (policy !== undefined) {
        const headers = { "Content-Security-Policy": policy };
        await page.route(SERVED, (route) => route.fulfill({ contentType: "text/html", headers, body: html }));
        await page.goto(SERVED);
        return page;
      }
      const file = join(folder, `${opened.length}.html`);
      writeFileSync(file, html);
      await page.goto(pathToFileURL(file).href);
      if (options.javaScriptEnabled !== false) await page.evaluate(isDrawn);
      return page;
    };
    beforeAll(async () => {
      if (found === undefined) throw new Error("REQUIRE_BROWSER=1, and there is no Chromium");
      folder = mkdtempSync(join(tmpdir(), "c10k-lab-page-"));
      browser = await chromium.launch(found);
    }, BOUND_MS);
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((page) => page.context().close()));
      expect(complaints.splice(0)).toEqual([]);
    });
    afterAll(async () => {
      await browser?.close();
      if (folder) rmSync(folder, { recursive: true, force: true });
    });
    body(open);
  });
}

async function never(): Promise<Page> {
  throw new Error("there is no Chromium");
}

/** The box a chart of this name is drawn in. */
export function chartIn(page: Page, name: string): Locator {
  return page.locator(`figure[data-chart="${name}"] .chart`);
}
