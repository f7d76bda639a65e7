import { globSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { folderOf, keptReports, renderKept } from "../keep-report.ts";

const filesIn = (folder: string) => globSync("{*.md,charts/*}", { cwd: folder }).sort();

test("some reports are kept", () => {
  expect(keptReports().length).toBeGreaterThan(0);
});

test.each(keptReports())("the kept report %s is what its results are rendered to", (name) => {
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
