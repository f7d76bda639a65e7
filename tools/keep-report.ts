/**
 * Keeps the results of an experiment in docs/reports/NAME, packed, beside the report that the lab renders from them. A test
 * renders every kept report again and compares.
 *
 *     npm run docs:report -- five results/latest    # pack and render
 *     npm run docs:report -- five                   # render again, after a change of the report
 */
import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const ROOT = join(import.meta.dirname, "..");
const REPORTS = join(ROOT, "docs/reports");
const PACKED = "results.tar.gz";

/** Names of the kept reports. */
export function keptReports(): string[] {
  return existsSync(REPORTS) ? readdirSync(REPORTS) : [];
}

/** Returns the folder of a kept report. */
export function folderOf(name: string): string {
  return join(REPORTS, name);
}

/** Packs what a report is rendered from. Rows of connections are left out: they are large, and the report sums them up. */
function pack(name: string, results: string): void {
  const cells = readdirSync(results).filter((entry) => existsSync(join(results, entry, "cell.json")));
  const files = ["manifest.json", "findings.json", ...cells.map((cell) => join(cell, "cell.json"))];
  mkdirSync(folderOf(name), { recursive: true });
  // The same bytes whenever and by whomever it is packed.
  const options = ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner"];
  const tar = execFileSync("tar", [...options, "-C", results, "-cf", "-", ...files], { maxBuffer: 2 ** 30 });
  writeFileSync(join(folderOf(name), PACKED), gzipSync(tar, { level: 9 }));
}

/** Renders a kept report into a folder: report.md, details.md and the charts that they show. */
export function renderKept(name: string, target: string): void {
  const results = mkdtempSync(join(tmpdir(), "c10k-report-"));
  try {
    execFileSync("tar", ["-C", results, "-xzf", join(folderOf(name), PACKED)]);
    const lab = join(ROOT, "apps/lab/src/main.ts");
    execFileSync(process.execPath, [lab, "report", results], { stdio: ["ignore", "ignore", "inherit"] });
    for (const page of ["report.md", "details.md"]) {
      cpSync(join(results, page), join(target, page));
      const text = readFileSync(join(results, page), "utf8");
      for (const [chart] of text.matchAll(/charts\/[\w-]+\.svg/g))
        cpSync(join(results, chart), join(target, chart));
    }
  } finally {
    rmSync(results, { recursive: true });
  }
}

if (import.meta.main) {
  const [name, results] = process.argv.slice(2);
  if (name === undefined || !/^[\w-]+$/.test(name)) {
    process.stderr.write(
      "docs:report: give a name, and the results to keep: npm run docs:report -- five results/latest\n",
    );
    process.exit(2);
  }
  if (results !== undefined) pack(name, results);
  rmSync(join(folderOf(name), "charts"), { recursive: true, force: true });
  renderKept(name, folderOf(name));
}
