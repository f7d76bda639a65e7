import { pathToFileURL } from "node:url";
import { type Chromium, findChromium } from "@c10k-lab/report/chromium";
import type { Browser } from "playwright-core";

/** The reason, in one sentence, why there is no PDF. */
export class NoPdf extends Error {}

const LOAD_TIMEOUT_MS = 120_000;

/** Footer of each page. The style sheet of the page does not apply to it. */
const FOOTER = `<div style="width: 100%; margin: 0 14mm; font: 8px sans-serif; color: #55595f;
  display: flex; justify-content: space-between">
  <span class="title"></span><span><span class="pageNumber"></span> / <span class="totalPages"></span></span>
</div>`;

/**
 * Prints a page as A4, the way its style sheet wants it on paper. The same page, browser, fonts and date make the same
 * bytes.
 *
 * @param at date in the PDF
 * @throws NoPdf where there is no Chromium, or it does not do it
 */
export async function pdfOf(htmlPath: string, at: Date): Promise<Buffer> {
  const found = findChromium();
  if (found === undefined) {
    throw new NoPdf(
      "a PDF is made by Chromium, and there is none on PATH: apt-get install chromium, or name one with CHROMIUM=/path/to/it",
    );
  }
  const browser = await start(found);
  try {
    const pdf = (await print(browser, htmlPath)).toString("latin1");
    return Buffer.from(renumberNodes(setDates(pdf, at)), "latin1");
  } catch (error) {
    throw new NoPdf(`${found.executablePath} did not print the report: ${firstLine(error)}`);
  } finally {
    await browser.close();
  }
}

async function start(found: Chromium): Promise<Browser> {
  // Half a second to load, which only those who want a PDF have to wait.
  const { chromium } = await import("playwright-core");
  try {
    return await chromium.launch(found);
  } catch (error) {
    throw new NoPdf(`${found.executablePath} does not start: ${firstLine(error)}`);
  }
}

async function print(browser: Browser, htmlPath: string): Promise<Buffer> {
  const page = await browser.newPage({ offline: true });
  await page.goto(pathToFileURL(htmlPath).href, { timeout: LOAD_TIMEOUT_MS });
  return page.pdf({
    preferCSSPageSize: true,
    printBackground: true,
    displayHeaderFooter: true,
    headerTemplate: "<span></span>",
    footerTemplate: FOOTER,
    outline: true,
    tagged: true,
  });
}

/** Replaces the dates by one of the same length, because a PDF holds byte offsets. */
function setDates(pdf: string, at: Date): string {
  const digits = at.toISOString().replace(/\D/g, "").slice(0, 14);
  return pdf.replace(/\/(CreationDate|ModDate) \(D:\d{14}/g, `/$1 (D:${digits}`);
}

/**
 * Numbers the nodes of the structure tree from 1 in their order, with as many digits. Chromium counts the nodes of all
 * pages that the browser has had, and their number varies.
 */
function renumberNodes(pdf: string): string {
  const nodes = [...new Set(pdf.match(/\(node\d{8}\)/g))].sort();
  const numbers = new Map(nodes.map((node, index) => [node, `(node${String(index + 1).padStart(8, "0")})`]));
  return pdf.replace(/\(node\d{8}\)/g, (node) => numbers.get(node) ?? node);
}

function firstLine(error: unknown): string {
  return (error as Error).message.split("\n", 1)[0] ?? "";
}
