import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { LabProcess } from "@c10k-lab/process/testing";
import { findChromium } from "@c10k-lab/report/chromium";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";

const canPrint = findChromium() !== undefined || process.env.REQUIRE_BROWSER === "1";

describe("report --pdf", { timeout: 120_000 }, () => {
  let folder: string;
  const file = (name: string) => join(folder, name);

  beforeAll(async () => {
    const step = ["--max-connections", "10", "--duration", "300ms", "--repeats", "1"];
    const lab = new LabProcess(["run", "quick", "--servers", "epoll", ...step]);
    expect(await lab.exited).toBe(0);
    folder = join(lab.results, "latest");
  });

  beforeEach(() => rmSync(file("report.pdf"), { force: true }));

  async function report(environment: NodeJS.ProcessEnv = {}): Promise<LabProcess & { code: number | null }> {
    const lab = new LabProcess(["report", folder, "--pdf"], { results: folder, env: environment });
    return Object.assign(lab, { code: await lab.exited });
  }

  test.skipIf(!canPrint)(
    `writes report.pdf: several pages, charts as drawings, the same bytes again${canPrint ? "" : " [skipped: there is no Chromium]"}`,
    async () => {
      expect(await report()).toMatchObject({ code: 0, stderr: "" });
      const pdf = readFileSync(file("report.pdf"));
      const objects = pdf.toString("latin1");
      expect(objects.slice(0, 5)).toBe("%PDF-");
      expect(objects.match(/\/Type \/Page\b/g)?.length).toBeGreaterThan(1);
      expect(objects).not.toContain("/Subtype /Image");
      const title = /^# (.*)$/m.exec(readFileSync(file("report.md"), "utf8"))?.[1] ?? "no title";
      if (canRead()) expect(textOf(file("report.pdf"))).toContain(title);
      await report();
      expect(readFileSync(file("report.pdf")).equals(pdf)).toBe(true);
    },
  );

  test.each([
    ["no Chromium", { PATH: "/nowhere", CHROMIUM: "" }, "apt-get install chromium"],
    ["one that is not there", { CHROMIUM: "/nowhere/chromium" }, "/nowhere/chromium does not start: "],
    ["one that is none", { CHROMIUM: "/bin/false" }, "/bin/false does not start: "],
  ])("with %s: one sentence, exit 1, and the other files are written", async (_, environment, words) => {
    rmSync(file("report.html"));
    const lab = await report(environment);
    expect(lab.code).toBe(1);
    expect(lab.stderr).toMatch(/^lab: .*\n$/);
    expect(lab.stderr).toContain(words);
    expect(existsSync(file("report.html"))).toBe(true);
    expect(existsSync(file("report.pdf"))).toBe(false);
  });
});

function canRead(): boolean {
  try {
    execFileSync("pdftotext", ["-v"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Words in one line, however the page breaks them. */
function textOf(pdf: string): string {
  return execFileSync("pdftotext", [pdf, "-"], { encoding: "utf8" }).replace(/\s+/g, " ");
}
