import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mainOf, TestProgram } from "@c10k-lab/process/testing";
import { findChromium } from "@c10k-lab/report/chromium";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { type Outcome, runHere } from "../../../packages/cli/test/fixtures/run-here.ts";
import { idleResults } from "../../../packages/report/test/fixtures/plans.ts";
import { program } from "../src/commands/program.ts";
import { writeResults } from "./results-on-disk.ts";

const canPrint = findChromium() !== undefined || process.env.REQUIRE_BROWSER === "1";

describe("report --pdf", { timeout: 120_000 }, () => {
  let folder: string;
  const file = (name: string) => join(folder, name);

  beforeAll(async () => {
    folder = writeResults(mkdtempSync(join(tmpdir(), "c10k-pdf-")), idleResults());
    expect((await runHere(program, ["report", folder])).code).toBe(0);
  });

  beforeEach(() => rmSync(file("report.pdf"), { force: true }));

  afterEach(() => {
    vi.unstubAllEnvs();
  });

  const report = (): Promise<Outcome> => runHere(program, ["report", folder, "--pdf"]);

  test.skipIf(!canPrint)(
    `writes report.pdf: at most two pages, charts as drawings, the same bytes again${canPrint ? "" : " [skipped: there is no Chromium]"}`,
    async () => {
      const args = ["report", folder, "--pdf"];
      const started = new TestProgram({ program: mainOf("report"), args });
      expect(await started.outcome()).toMatchObject({ code: 0, stderr: "" });
      const pdf = readFileSync(file("report.pdf"));
      const objects = pdf.toString("latin1");
      expect(objects.slice(0, 5)).toBe("%PDF-");
      const pages = objects.match(/\/Type \/Page\b/g)?.length ?? 0;
      expect([1, 2]).toContain(pages);
      expect(objects).not.toContain("/Subtype /Image");
      const title = /^# (.*)$/m.exec(readFileSync(file("report.md"), "utf8"))?.[1] ?? "no title";
      if (canRead()) expect(textOf(file("report.pdf"))).toContain(title);
      const headings = [...readFileSync(file("report.md"), "utf8").matchAll(/^#+ (.*)$/gm)].map(
        ([, heading]) => heading,
      );
      if (canRead()) for (const last of lastLines(file("report.pdf"))) expect(headings).not.toContain(last);
      await report();
      expect(readFileSync(file("report.pdf")).equals(pdf)).toBe(true);
    },
  );

  test.each([
    ["no Chromium on PATH", { PATH: "/nowhere", CHROMIUM: "" }, "apt-get install chromium"],
    ["a Chromium that is not there", { CHROMIUM: "/nowhere/chromium" }, "/nowhere/chromium does not start: "],
    ["a Chromium that fails", { CHROMIUM: "/bin/false" }, "/bin/false does not start: "],
  ])(
    "with %s the other files are written; one sentence and exit 1 say that there is no PDF",
    async (_, environment, words) => {
      rmSync(file("report.html"));
      for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
      const lab = await report();
      expect(lab.code).toBe(1);
      expect(lab.stderr).toMatch(/^report: .*\n$/);
      expect(lab.stderr).toContain(words);
      expect(existsSync(file("report.html"))).toBe(true);
      expect(existsSync(file("report.pdf"))).toBe(false);
    },
  );
});

function canRead(): boolean {
  try {
    execFileSync("pdftotext", ["-v"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Returns the last line of each page above its footer. */
function lastLines(pdf: string): string[] {
  const pages = execFileSync("pdftotext", ["-layout", pdf, "-"], { encoding: "utf8" }).split("\f");
  return pages
    .map((page) =>
      page
        .trimEnd()
        .split("\n")
        .map((line) => line.trim()),
    )
    .filter((lines) => lines.length > 1)
    .map((lines) => lines.slice(0, -1).findLast((line) => line !== "") ?? "");
}

/** Words in one line, however the page breaks them. */
function textOf(pdf: string): string {
  return execFileSync("pdftotext", [pdf, "-"], { encoding: "utf8" }).replace(/\s+/g, " ");
}
