import { execFileSync } from "node:child_process";
import { globSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { folderOf, keptReports, PACKED, renderKept } from "../keep-report.ts";

const filesIn = (folder: string) => globSync("{*.md,charts/*}", { cwd: folder }).sort();

test("the reports of the original study, its questions and the limits are kept", () => {
  expect(keptReports()).toEqual(expect.arrayContaining(["capacity", "five", "idle", "origin", "scaling"]));
});

describe.each(keptReports())("the kept report %s", (name) => {
  const report = readFileSync(join(folderOf(name), "report.md"), "utf8");

  test("it is what its results are rendered to", () => {
    const again = mkdtempSync(join(tmpdir(), "c10k-kept-"));
    renderKept(name, again);
    expect(filesIn(again)).toEqual(filesIn(folderOf(name)));
    for (const file of filesIn(again)) {
      const [rendered, kept] = [again, folderOf(name)].map((folder) =>
        readFileSync(join(folder, file), "utf8"),
      );
      expect(rendered === kept, file).toBe(true);
    }
  });

  test("it has at most 2,500 words and 8 figures, and a chart before the first section", () => {
    expect(report.split(/\s+/).length).toBeLessThanOrEqual(2500);
    expect(report.match(/^!\[/gm)?.length).toBeLessThanOrEqual(8);
    expect(report.split("\n## ")[0]).toContain("\n![");
  });

  test("it names no cell by its id, and no interval with infinity", () => {
    for (const id of cellsOf(name)) expect(report).not.toContain(id);
    expect(report).not.toContain("∞");
  });

  test("it answers which machine, how sure and how to repeat it before the first section", () => {
    const [first = ""] = report.split("\n## ");
    for (const question of ["Which machine?", "How sure is it?", "Can I repeat it?"])
      expect(first).toContain(question);
  });
});

/** Returns the names of the cells of a kept report, without the numbers of their repetitions. */
function cellsOf(name: string): Set<string> {
  const files = execFileSync("tar", ["-tzf", join(folderOf(name), PACKED)], { encoding: "utf8" });
  const cells = [...files.matchAll(/^(.+?)(?:-run-\d+)?\/cell\.json$/gm)].map(([, cell = ""]) => cell);
  expect(cells.length).toBeGreaterThan(0);
  return new Set(cells);
}
