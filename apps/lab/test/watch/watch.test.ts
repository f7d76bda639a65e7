import { existsSync, mkdtempSync, realpathSync, renameSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LabProcess, until } from "@c10k-lab/process/testing";
import { findChromium } from "@c10k-lab/report/chromium";
import { chromium } from "playwright-core";
import { beforeAll, expect, test } from "vitest";
import { listViolations } from "../../../../packages/report/test/page/axe.ts";
import type { LiveView } from "../../src/watch/live-view.ts";

const BOUND_MS = 120_000;

const PLAN = `
question: Does the page grow?
about: A plan of a test.
vary: connections
values: [8]
measure: slices
repeats: 2
budget: 30s
variants:
  select:
  epoll:
`;

/** Returns the views that the lab sends until the last one. */
async function readViews(address: string): Promise<LiveView[]> {
  const { body } = await fetch(`${address}events`);
  const views: LiveView[] = [];
  let rest = "";
  for await (const text of body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const events = (rest + text).split("\n\n");
    rest = events.pop() ?? "";
    views.push(...events.map((event) => JSON.parse(event.replace(/^data: /, "")) as LiveView));
    if (views.at(-1)?.isFinished) break;
  }
  return views;
}

let lab: LabProcess;
let address: string;
/** Views of the whole run, which all tests share, and the report that the page links to at its end. */
let whole: Promise<{ views: LiveView[]; report: string }>;

beforeAll(async () => {
  const file = join(mkdtempSync(join(tmpdir(), "c10k-watch-")), "mine.yaml");
  writeFileSync(file, PLAN);
  lab = new LabProcess(["run", file, "--watch"]);
  const addressIn = (text: string) => /watch it at (http:\S+)/.exec(text)?.[1];
  await until(() => addressIn(lab.stderr) !== undefined, "the lab names its page");
  address = addressIn(lab.stderr) ?? "";
  whole = readViews(address).then(async (views) => ({
    views,
    report: await (await fetch(`${address}report.html`)).text(),
  }));
});

test("the page has its script and no other file of the machine", async () => {
  expect(await (await fetch(address)).text()).toContain("/watch.js");
  expect((await fetch(`${address}watch.js`)).headers.get("content-type")).toContain("javascript");
  expect((await fetch(`${address}../../etc/passwd`)).status).toBe(404);
  expect((await fetch(`${address}%2e%2e/%2e%2e/etc/passwd`)).status).toBe(404);
});

const browser = findChromium();
test.skipIf(browser === undefined && process.env.REQUIRE_BROWSER !== "1")(
  `in a browser the charts fill in and the report replaces the page${browser ? "" : " [skipped: no Chromium]"}`,
  async () => {
    await using instance = await chromium.launch(browser);
    const page = await instance.newPage({ viewport: { width: 390, height: 800 } });
    const complaints: string[] = [];
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.goto(address);
    await page.locator("svg circle").first().waitFor();
    expect(await page.locator("h1").textContent()).toBe("Does the page grow?");
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
    expect(await listViolations(page)).toEqual([]);
    await page.waitForURL("**/report.html", { timeout: BOUND_MS });
    expect(complaints).toEqual([]);
  },
  BOUND_MS,
);

test(
  "the page gets points as blocks complete, then intervals, and at the end the report",
  async () => {
    const { views, report } = await whole;
    expect(report).toContain("Does the page grow?");
    expect(await lab.exited, lab.stderr).toBe(0);
    const pointsOf = ({ charts }: LiveView) =>
      charts.flatMap(({ series }) => series.flatMap(({ points }) => points));
    const counts = views.map((view) => pointsOf(view).length);
    expect(counts[0]).toBe(0);
    for (const { charts } of views)
      expect(charts).toMatchObject([{ quantity: "CPU time per message, µs", axisValues: [8] }]);
    expect(views.at(-1)?.lines.join("\n")).toMatch(/^8 connections, start 2: .* µs of CPU a message/m);
    for (const { variant, place } of views.flatMap(({ charts }) => charts.flatMap(({ series }) => series)))
      expect(place).toBe(["select", "epoll"].indexOf(variant));
    // The points of both servers come with the blocks of the first start, before that start has ended.
    expect(counts.at(-1)).toBe(2);
    expect(views.some((view) => pointsOf(view).some(({ low }) => low === null))).toBe(true);
    expect(pointsOf(views.at(-1) as LiveView).every(({ low }) => low !== null)).toBe(true);
    expect(views.some(({ now }) => /start 1 +\(.* left\)/.test(now))).toBe(true);
  },
  BOUND_MS,
);

test(
  "a lab with a page ends with exit 3 when its results folder is removed",
  async () => {
    const file = join(mkdtempSync(join(tmpdir(), "c10k-watch-")), "mine.yaml");
    writeFileSync(file, PLAN);
    const watched = new LabProcess(["run", file, "--watch"]);
    const latest = join(watched.results, "latest");
    await until(() => existsSync(latest), "the first cell has a folder");
    // At once, because the lab writes into it.
    renameSync(realpathSync(latest), join(watched.results, "gone"));
    const { code, stderr } = await watched.outcome(BOUND_MS);
    expect(code, stderr).toBe(3);
  },
  BOUND_MS,
);
