import type { RepetitionResult } from "@c10k-lab/protocol";
import type { Locator, Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { LOOKS } from "../../src/charts/draw/looks.ts";
import { renderReport } from "../../src/index.ts";
import { compared } from "../fixtures/comparison.ts";
import { makeResults, makeStudyCells, thrice } from "../fixtures/fixture.ts";
import { makeManyVariants } from "../fixtures/many-variants.ts";
import { capacityResults, idleResults } from "../fixtures/plans.ts";
import { chartIn, describeInChromium } from "./chromium.ts";
import {
  focused,
  isDrawn,
  overflowing,
  pixelsOf,
  placeOf,
  plotOf,
  type Rectangle,
  scrolling,
  textsOf,
} from "./probe.ts";

/** Each server uses a different share of its core: lines one upon the other could not be told apart. */
const cells = makeStudyCells().map((cell): RepetitionResult => {
  const factor = { threaded: 1.3, select: 1.1, epoll: 1 }[cell.server] ?? 1;
  const server = cell.evidence.server.map((sample) => ({ ...sample, cpuMs: sample.cpuMs * factor }));
  return { ...cell, evidence: { ...cell.evidence, server } };
});
const {
  details: { html },
  charts,
} = renderReport([makeResults(thrice(cells))]);
const idle = renderReport([idleResults()]);
const capacity = renderReport([capacityResults()]);
const crowded = renderReport([makeResults(thrice(makeManyVariants()))]).details;
const names = [...charts.keys()].map((file) => file.replace(".svg", ""));

const [THREADED = "", SELECT = "", EPOLL = ""] = LOOKS.light.colours;
/** The reader of a clipboard must be allowed to. */
const CLIPBOARD = { permissions: ["clipboard-read", "clipboard-write"] };
const PHONE = { viewport: { width: 360, height: 740 } };
/** A4 between its margins. */
const PAPER = { viewport: { width: 687, height: 1000 } };

describeInChromium("the page in Chromium", (open) => {
  it("draws every chart: each server has its colour inside the axes", async () => {
    const page = await open(html);
    expect(await page.locator("figure").count()).toBe(names.length);
    for (const name of names) {
      const pixels = await chartIn(page, name).evaluate(pixelsOf, [THREADED, SELECT, EPOLL]);
      for (const [colour, count] of Object.entries(pixels))
        expect(count, `${name} ${colour}`).toBeGreaterThan(20);
    }
  });

  it("tells the figures pointed at: of all servers at a load, at a percentile, and of a connection", async () => {
    const page = await open(html);
    expect(await tooltipAt(page, "throughput", [100, 110_000])).toEqual([
      "100 connections",
      "threaded: 96,400 messages/s (95,436 to 97,364)",
      "select: 121,000 messages/s (119,790 to 122,210)",
      "epoll: 124,300 messages/s (123,057 to 125,543)",
    ]);
    expect(await tooltipAt(page, "throughput", [2000, 100_000])).toEqual([
      "2,000 connections",
      "threaded: 72,000 messages/s (71,280 to 72,720)",
      "select: 113,000 messages/s (not compared)",
      "epoll: 117,000 messages/s (115,830 to 118,170)",
    ]);
    const curves = drawnIn(html, "latency-distribution");
    const at99 = curves.map(
      ({ name, points }) => `${name}: ${shown(points.find(([x]) => x === 100)?.[1])} ms`,
    );
    expect(await tooltipAt(page, "latency-distribution", [100, 10])).toEqual([
      "99 % of messages within",
      ...at99,
    ]);
    const dots = drawnIn(html, "response-by-connection").find(({ name }) => name === "threaded");
    const highest = dots?.points.reduce((a, b) => (b[1] > a[1] ? b : a)) ?? [0, 0];
    expect(await tooltipAt(page, "response-by-connection", highest)).toEqual([
      `connection number ${highest[0]}`,
      `threaded: ${shown(highest[1])} ms`,
    ]);
  });

  it("takes a server away when its name is clicked, also on a logarithmic axis, and brings it back", async () => {
    const page = await open(html);
    const chart = chartIn(page, "throughput");
    const before = await chart.evaluate(pixelsOf, [SELECT, EPOLL]);
    await clickLegend(page, chart, "select");
    const without = await chart.evaluate(pixelsOf, [SELECT, EPOLL]);
    expect(without[SELECT]).toBe(0);
    expect(without[EPOLL]).toBeGreaterThanOrEqual(before[EPOLL] ?? 0);
    const button = page
      .locator('figure[data-chart="throughput"]')
      .getByRole("button", { name: "Logarithmic y axis" });
    await button.click();
    expect(await button.getAttribute("aria-pressed")).toBe("true");
    expect(await wordsOf(chart)).toContain("messages per second (log scale)");
    expect((await chart.evaluate(pixelsOf, [SELECT]))[SELECT]).toBe(0);
    await button.click();
    expect(await button.getAttribute("aria-pressed")).toBe("false");
    expect(await wordsOf(chart)).toContain("messages per second");
    await clickLegend(page, chart, "select");
    expect(await chart.evaluate(pixelsOf, [SELECT, EPOLL])).toEqual(before);
  });

  it.each([
    ["three servers", html],
    ["twelve variants", crowded.html],
  ])(
    "with %s nothing stands on anything else in any window, and nothing scrolls sideways",
    async (_, content) => {
      const page = await open(content, PHONE);
      for (const width of [PHONE.viewport.width, 640, 1200]) {
        await page.setViewportSize({ width, height: 900 });
        await page.evaluate(isDrawn);
        await expectNoOverlap(page, width);
      }
    },
  );

  it("labels twelve lines at their ends, in the order of their values", async () => {
    const page = await open(crowded.html);
    const [chart] = JSON.parse((await page.locator("#chart-data").textContent()) ?? "[]") as [
      { name: string; series: { name: string; points: number[][]; hollow: number[][] }[] },
    ];
    const ends = chart.series.map(({ name, points, hollow }) => ({
      name,
      end: [...points, ...hollow].find(([x]) => x === 4000)?.[1] ?? 0,
    }));
    expect(ends).toHaveLength(12);
    const texts = (await chartIn(page, chart.name).evaluate(textsOf)).filter(({ text }) =>
      ends.some(({ name }) => name === text),
    );
    expect(texts.toSorted((a, b) => a.y - b.y).map(({ text }) => text)).toEqual(
      ends.toSorted((a, b) => b.end - a.end).map(({ name }) => name),
    );
  });

  it("fades the other lines while mouse or key points at a name, not while that line is taken away", async () => {
    const page = await open(html);
    const chart = chartIn(page, "throughput");
    const button = page.locator('figure[data-chart="throughput"]').getByRole("button", { name: "select" });
    const shown = async () => {
      const counts = await chart.evaluate(pixelsOf, [THREADED, SELECT, EPOLL]);
      return [THREADED, SELECT, EPOLL].map((colour) => (counts[colour] ?? 0) > 20);
    };
    await button.hover();
    expect(await shown()).toEqual([false, true, false]);
    await page.mouse.move(0, 0);
    expect(await shown()).toEqual([true, true, true]);
    await page.keyboard.press("Tab");
    await button.focus();
    expect(await shown()).toEqual([false, true, false]);
    await page.keyboard.press("Enter");
    expect(await shown()).toEqual([true, false, true]);
  });

  it("draws again when the window changes its width", async () => {
    const page = await open(html);
    const chart = chartIn(page, "throughput");
    const before = await chart.evaluate(plotOf);
    await page.setViewportSize({ width: 420, height: 900 });
    await page.evaluate(isDrawn);
    const after = await chart.evaluate(plotOf);
    expect(after.width).toBeLessThan(before.width / 2);
    expect((await chart.boundingBox())?.width).toBeGreaterThan(after.width);
    expect((await chart.evaluate(pixelsOf, [THREADED]))[THREADED]).toBeGreaterThan(20);
  });

  describe("in the dark", () => {
    const dark = LOOKS.dark.colours.slice(0, 3);

    it("has the dark look, charts as well", async () => {
      const page = await open(html, { colorScheme: "dark" });
      expect(await backgroundOf(page)).toBe(LOOKS.dark.background);
      for (const name of names) {
        const pixels = await chartIn(page, name).evaluate(pixelsOf, [...dark, LOOKS.dark.background]);
        for (const [colour, count] of Object.entries(pixels))
          expect(count, `${name} ${colour}`).toBeGreaterThan(20);
      }
    });

    it("follows the reader from light to dark", async () => {
      const page = await open(html);
      const chart = chartIn(page, "memory");
      await page.emulateMedia({ colorScheme: "dark" });
      await page.evaluate(isDrawn);
      const pixels = await chart.evaluate(pixelsOf, [THREADED, dark[0] ?? ""]);
      expect(pixels[THREADED]).toBe(0);
      expect(pixels[dark[0] ?? ""]).toBeGreaterThan(20);
    });
  });

  describe("on paper", () => {
    it("is light and sharp, with nothing to press, and as the reader left it", async () => {
      const page = await open(html, { ...PAPER, colorScheme: "dark" });
      await clickLegend(page, chartIn(page, "throughput"), "select");
      await page.emulateMedia({ media: "print" });
      expect(await backgroundOf(page)).toBe(LOOKS.light.background);
      expect(await page.locator("button:visible").count()).toBe(0);
      expect(await page.locator("canvas:visible").count()).toBe(0);
      expect(await page.locator(".paper svg:visible").count()).toBe(names.length);
      const throughput = (
        await page.locator('figure[data-chart="throughput"] .paper').innerHTML()
      ).toLowerCase();
      expect(throughput).toContain(`stroke="${EPOLL}"`);
      expect(throughput).not.toContain(`stroke="${SELECT}"`);
      await page.emulateMedia({ media: "screen" });
      expect(await page.locator("canvas:visible").count()).toBe(names.length);
    });

    it("keeps a command with the point that announces it, and short sections, paragraphs and points whole", async () => {
      const page = await open(idle.html, PAPER);
      await page.emulateMedia({ media: "print" });
      const breaks = (selector: string, property: "breakBefore" | "breakInside") =>
        page
          .locator(selector)
          .evaluateAll((all, name) => [...new Set(all.map((one) => getComputedStyle(one)[name]))], property);
      const figures = await page.locator("figure").count();
      expect(await page.locator("figure > p > em").count(), "captions inside").toBe(figures);
      expect(await breaks("ul + .command", "breakBefore")).toEqual(["avoid"]);
      for (const selector of [
        ".command",
        "main p",
        "main li",
        "#method + ul",
        "#limits + ul",
        "figure",
        "tr",
      ])
        expect(await breaks(selector, "breakInside"), selector).toEqual(["avoid"]);
    });

    it("has room for every table", async () => {
      const page = await open(crowded.html, PAPER);
      await page.emulateMedia({ media: "print" });
      expect(await page.locator("table").evaluateAll(overflowing)).toEqual([]);
    });
  });

  it("shows drawings where scripts are off", async () => {
    const page = await open(html, { javaScriptEnabled: false });
    expect(await page.locator(".still svg:visible").count()).toBe(names.length);
    expect(await page.locator("button:visible").count()).toBe(0);
    expect(await page.locator(".chart:visible").count()).toBe(0);
  });

  describe("trial 27: a server that forbids what is inside a page", () => {
    it.each([
      ["scripts", "script-src 'none'"],
      ["scripts and styles", "default-src 'self'"],
      ["everything, as Jenkins does", "sandbox; default-src 'none'; img-src 'self'; style-src 'self';"],
    ])("%s: every chart is its drawing", async (_what, policy) => {
      const page = await open(html, { policy });
      expect(await page.locator(".still svg:visible").count()).toBe(names.length);
      expect(await page.locator("button:visible").count()).toBe(0);
    });
  });

  it("shows no drawing where the script draws", async () => {
    const page = await open(html);
    expect(await page.locator(".still:visible").count()).toBe(0);
    await page.emulateMedia({ media: "print" });
    expect(await page.locator(".still:visible").count()).toBe(0);
  });

  it("folds what is long, opens it when asked to, and on paper in any case", async () => {
    const page = await open(html);
    const inside = page.locator("details .table").first();
    expect(await page.locator("details").count()).toBeGreaterThan(0);
    expect(await inside.isVisible()).toBe(false);
    await page.locator("details:not(.contents) > summary").first().click();
    expect(await inside.isVisible()).toBe(true);
    await page.locator("details:not(.contents) > summary").first().click();
    await page.emulateMedia({ media: "print" });
    expect(await inside.isVisible()).toBe(true);
    expect(await page.locator("details:not(.contents) > summary").first().isVisible()).toBe(false);
  });

  it("leads to each section from its contents, on the screen alone", async () => {
    const page = await open(html);
    const contents = page.locator(".contents");
    await contents.locator("summary").click();
    const ids = await contents
      .locator("a")
      .evaluateAll((links) => links.map((link) => link.getAttribute("href")));
    expect(ids).toHaveLength(await page.locator("h2").count());
    for (const id of ids) expect(await page.locator(`h2${id}`).count(), id ?? "").toBe(1);
    await page.emulateMedia({ media: "print" });
    expect(await contents.isVisible()).toBe(false);
    expect(await page.locator(".permalink:visible").count()).toBe(0);
  });

  it("can be gone through with the keyboard", async () => {
    const page = await open(html);
    const count = (selector: string) => page.locator(selector).count();
    const [buttons, links, folded] = [
      await count("button"),
      (await count("a[href]")) - (await count("details a[href]")),
      await count("summary"),
    ];
    const stops = buttons + links + folded;
    const reached: string[] = [];
    for (let stop = 0; stop < stops; stop++) {
      await page.keyboard.press("Tab");
      const element = await page.evaluate(focused);
      expect(element?.outline).toBe("solid");
      reached.push(element?.role ?? "");
    }
    expect(reached.filter((role) => role === "button")).toHaveLength(buttons);
    expect(reached.filter((role) => role === "summary")).toHaveLength(folded);
    const log = page.locator(".controls button").first();
    await log.focus();
    await page.keyboard.press("Space");
    expect(await log.getAttribute("aria-pressed")).toBe("true");
  });

  it("makes either axis logarithmic or linear by key, and offers no logarithm of names or zero", async () => {
    const page = await open(html);
    const figure = page.locator('figure[data-chart="throughput"]');
    const button = figure.getByRole("button", { name: "Logarithmic x axis" });
    const point = [500, 100_000] as const;
    const placeOfLoad = async () => (await figure.locator(".chart").evaluate(placeOf, point)).x;
    expect(await button.getAttribute("aria-pressed")).toBe("true");
    const before = await placeOfLoad();
    await button.focus();
    await page.keyboard.press("Enter");
    expect(await button.getAttribute("aria-pressed")).toBe("false");
    expect(await placeOfLoad()).toBeLessThan(before / 2);
    await page.keyboard.press("Space");
    expect(await placeOfLoad()).toBe(before);
    const limits = await open(capacity.html);
    const axes = limits.locator("figure").first().locator(".controls").getByRole("button");
    expect(await axes.allTextContents()).toEqual(["Logarithmic y axis"]);
    const zero = await open(idle.html);
    expect(await zero.locator(".controls").first().getByRole("button").allTextContents()).toEqual([
      "Logarithmic y axis",
    ]);
  });

  it("names each table, its columns and its rows for a screen reader", async () => {
    const page = await open(idle.html);
    for (const [at, table] of (await page.getByRole("table").all()).entries()) {
      expect((await table.locator("caption").textContent())?.trim(), `table ${at}`).not.toBe("");
      const rows = await table.locator("tbody tr").count();
      expect(await table.locator("tbody th[scope=row]").count()).toBeGreaterThanOrEqual(rows);
      expect(await table.locator("thead th:not([scope=col])").count()).toBe(0);
    }
    const headersOf = (server: RegExp) =>
      page.getByRole("row", { name: server }).first().getByRole("rowheader").allTextContents();
    expect(await headersOf(/threaded/)).toEqual(["0 to 10,000 idle connections", "threaded"]);
    expect(await headersOf(/epoll/)).toEqual(["epoll"]);
    expect(await page.locator("th[rowspan]").first().getAttribute("rowspan")).toBe("3");
  });

  it("breaks no factor, option or unit at the end of a line", async () => {
    const page = await open(idle.html, PHONE);
    const factors = page.locator("h2 .unbroken, strong .unbroken");
    expect(await factors.allTextContents()).toEqual(["5.7-fold", "5.7-fold"]);
    for (let width = 360; width < 480; width += 20) {
      await page.setViewportSize({ width, height: 900 });
      const lines = await factors.evaluateAll((all) => all.map((one) => one.getClientRects().length));
      expect(lines, `${width} px`).toEqual([1, 1]);
    }
    expect(await page.locator("main").textContent()).not.toMatch(/\d (%|µs|ms)/);
  });

  it("copies the command that repeats the experiment by key, or selects it", async () => {
    const page = await open(idle.html, CLIPBOARD);
    const box = page.locator(".command");
    await box.getByRole("button", { name: "Copy" }).focus();
    await page.keyboard.press("Enter");
    const done = box.getByRole("button", { name: /Copied|Selected/ });
    await done.waitFor();
    const taken =
      (await done.textContent()) === "Selected"
        ? await page.evaluate("window.getSelection().toString()")
        : await page.evaluate("navigator.clipboard.readText()");
    expect(String(taken).trim()).toBe("npm run lab -- run idle");
  });

  it.each([
    ["one plan", idle.html],
    ["a search", capacity.html],
    ["a comparison", compared.html],
  ])("cuts off no column of %s in a window of 360 pixels or more", async (_, content) => {
    const page = await open(content, PHONE);
    for (const width of [360, 390, 700, 900, 901, 1024, 1280]) {
      await page.setViewportSize({ width, height: 900 });
      await page.evaluate(isDrawn);
      expect(await page.locator(".table").evaluateAll(scrolling), `${width} px`).toEqual([]);
    }
  });

  it("shows a series and takes it away by key, and its label at the line's end with it", async () => {
    const page = await open(idle.html);
    const chart = page.locator(".chart").first();
    expect(await wordsOf(chart)).toEqual(expect.arrayContaining(["select", "epoll"]));
    const button = chart.locator("xpath=..").getByRole("button", { name: "select", exact: true });
    await button.focus();
    await page.keyboard.press("Enter");
    expect(await button.getAttribute("aria-pressed")).toBe("false");
    expect(await wordsOf(chart)).not.toContain("select");
    expect(await wordsOf(chart)).toContain("epoll");
    await page.keyboard.press("Space");
    expect(await button.getAttribute("aria-pressed")).toBe("true");
    expect(await wordsOf(chart)).toContain("select");
  });
});

/** Expects that nothing stands on anything else, and that only tables are wider than the window. */
async function expectNoOverlap(page: Page, width: number): Promise<void> {
  expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
  expect(await page.locator(".table").evaluateAll(scrolling)).toEqual([]);
  for (const chart of await page.locator(".chart").all()) {
    const texts = await chart.evaluate(textsOf);
    const plot = await chart.evaluate(plotOf);
    expect(overlaps(texts)).toEqual([]);
    expect(texts.filter((text) => intersect(text, plot))).toEqual([]);
    expect(plot.height).toBeGreaterThan(200);
  }
  for (const figure of await page.locator("figure").all()) {
    const parts = await Promise.all(
      ["figcaption", ".controls", ".series", ".chart"].map((part) => figure.locator(part).boundingBox()),
    );
    expect(overlaps(parts.filter((part) => part !== null))).toEqual([]);
  }
}

interface Drawn {
  readonly name: string;
  readonly points: [number, number][];
}

/** The series of a chart, from the data in the page. */
function drawnIn(content: string, chart: string): Drawn[] {
  const json = /<script type="application\/json" id="chart-data">(.*?)<\/script>/s.exec(content)?.[1] ?? "[]";
  const all = JSON.parse(json) as { name: string; series: Drawn[] }[];
  return all.find(({ name }) => name === chart)?.series ?? [];
}

/** The lines shown when the pointer is at this point of the axes. */
async function tooltipAt(page: Page, name: string, point: readonly [number, number]): Promise<string[]> {
  const chart = chartIn(page, name);
  await chart.scrollIntoViewIfNeeded();
  const { x, y } = await chart.evaluate(placeOf, point);
  const box = await chart.boundingBox();
  await page.mouse.move((box?.x ?? 0) + x, (box?.y ?? 0) + y);
  const tooltip = chart.locator("div", { hasText: ":" }).last();
  await tooltip.waitFor({ state: "visible" });
  return (await tooltip.innerHTML()).split("<br>").map((line) => line.replace(/<[^>]*>/g, ""));
}

/** Three digits, as the page shows numbers below 100. */
function shown(value: number | undefined): string {
  return String(Number(value?.toPrecision(3)));
}

/** Shows a series, or takes it away, as a reader does. */
async function clickLegend(page: Page, chart: Locator, name: string): Promise<void> {
  await chart.locator("xpath=..").getByRole("button", { name, exact: true }).click();
  // Away again: what is pointed at stands out.
  await page.mouse.move(0, 0);
  await page.evaluate(isDrawn);
}

async function wordsOf(chart: Locator): Promise<string[]> {
  return (await chart.evaluate(textsOf)).map(({ text }) => text);
}

async function backgroundOf(page: Page): Promise<string> {
  const rgb = String(await page.evaluate("getComputedStyle(document.body).backgroundColor"));
  const bytes = (rgb.match(/\d+/g) ?? []).map((part) => Number(part).toString(16).padStart(2, "0"));
  return `#${bytes.join("")}`;
}

function overlaps<Box extends Rectangle>(boxes: readonly Box[]): [Box, Box][] {
  return boxes.flatMap((a, at) =>
    boxes.slice(at + 1).flatMap((b): [Box, Box][] => (intersect(a, b) ? [[a, b]] : [])),
  );
}

/** A pixel is no overlap. */
function intersect(a: Rectangle, b: Rectangle): boolean {
  const across = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const down = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return across > 1 && down > 1;
}
