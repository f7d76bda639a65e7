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
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import { CsvFile, csvFiles, readCsv } from "@c10k-lab/files";

const ROOT = join(import.meta.dirname, "..");
const REPORTS = join(ROOT, "docs/reports");
/** Name of the packed results beside a report. */
export const PACKED = "results.tar.gz";

/** Names of the kept reports. */
export function keptReports(): string[] {
  return existsSync(REPORTS) ? readdirSync(REPORTS) : [];
}

/** Returns the folder of a kept report. */
export function folderOf(name: string): string {
  return join(REPORTS, name);
}

/** Columns of client.csv that a report reads. */
const CONNECTION_COLUMNS = [
  "connection",
  "first_response_ms",
  "response_ms_mean",
  "response_ms_max",
  "outcome",
] as const;

/**
 * Packs what a report is rendered from. Rows of connections are large: of a search and of slices, which sum them up, they
 * are left out, of others the columns are kept that charts need.
 */
async function pack(name: string, results: string): Promise<void> {
  const packed = mkdtempSync(join(tmpdir(), "c10k-pack-"));
  try {
    const isSearch = existsSync(join(results, "capacity.json"));
    const cells = readdirSync(results).filter((entry) => existsSync(join(results, entry, "cell.json")));
    for (const file of ["manifest.json", "findings.json", "capacity.json"])
      if (existsSync(join(results, file))) copyJson(results, file, packed);
    for (const cell of cells) {
      mkdirSync(join(packed, cell));
      copyJson(results, join(cell, "cell.json"), packed);
      if (!isSearch && !isSliced(join(results, cell)))
        await copyRows(join(results, cell), join(packed, cell));
    }
    mkdirSync(folderOf(name), { recursive: true });
    writeFileSync(join(folderOf(name), PACKED), gzipSync(archive(packed), { level: 9 }));
  } finally {
    rmSync(packed, { recursive: true });
  }
}

/** Returns a folder as a tar archive: the same bytes whenever and by whomever it is made. */
function archive(folder: string): Buffer {
  const options = [
    "--sort=name",
    "--mtime=@0",
    "--owner=0",
    "--group=0",
    "--numeric-owner",
    "--mode=u=rwX,go=rX",
  ];
  const files = readdirSync(folder).sort();
  return execFileSync("tar", [...options, "-C", folder, "-cf", "-", ...files], { maxBuffer: 2 ** 30 });
}

/** Copies a file of results; commands in it name the folder as it is below results/, wherever it was. */
function copyJson(results: string, file: string, target: string): void {
  const folder = realpathSync(results);
  const json = readFileSync(join(results, file), "utf8").replaceAll(folder, `results/${basename(folder)}`);
  writeFileSync(join(target, file), json);
}

function isSliced(cell: string): boolean {
  const { slices } = JSON.parse(readFileSync(join(cell, "cell.json"), "utf8")) as { slices: unknown[] };
  return slices.length > 0;
}

async function copyRows(cell: string, target: string): Promise<void> {
  for (const file of csvFiles(cell, "client")) {
    const { rows } = await readCsv(file);
    const copy = CsvFile.create(join(target, basename(file)), CONNECTION_COLUMNS);
    await copy.append(rows.map((row) => CONNECTION_COLUMNS.map((column) => row[column] ?? "")));
    copy.close();
  }
}

/** Renders a kept report into a folder: its pages and the charts beside them. */
export function renderKept(name: string, target: string, pages = ["report.md", "details.md"]): void {
  const results = mkdtempSync(join(tmpdir(), "c10k-report-"));
  try {
    execFileSync("tar", ["-C", results, "-xzf", join(folderOf(name), PACKED)]);
    const program = join(ROOT, "apps/report/src/main.ts");
    execFileSync(process.execPath, [program, "report", results], { stdio: ["ignore", "ignore", "inherit"] });
    for (const page of pages) {
      cpSync(join(results, page), join(target, page));
      const text = readFileSync(join(results, page), "utf8");
      for (const [chart] of text.matchAll(/(?<=\]\()charts\/[\w-]+\.svg/g))
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
  if (results !== undefined) await pack(name, results);
  rmSync(join(folderOf(name), "charts"), { recursive: true, force: true });
  renderKept(name, folderOf(name));
}
