/**
 * Checks that every installed package has a license that a user may keep, and asks the registry for known vulnerabilities
 * where it answers such questions. The gate runs it.
 *
 *     node tools/check-licenses.ts
 */
import { spawnSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "..");
/** Licenses without a condition beyond naming the authors. Each further one needs a look at its text. */
const ALLOWED = new Set([
  "0BSD",
  "Apache-2.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "BlueOak-1.0.0",
  "CC-BY-3.0",
  "CC-BY-4.0",
  "CC0-1.0",
  "ISC",
  "MIT",
  "MIT-0",
  "MPL-2.0",
  "Python-2.0",
  "Unlicense",
  "Zlib",
]);

/** Returns whether an SPDX expression allows one of the licenses: one of an OR, all of an AND. */
export function isAllowed(expression: string): boolean {
  const plain = expression.replace(/^\((.*)\)$/, "$1").trim();
  if (/ OR /.test(plain)) return plain.split(" OR ").some(isAllowed);
  if (/ AND /.test(plain)) return plain.split(" AND ").every(isAllowed);
  return ALLOWED.has(plain);
}

interface Package {
  readonly name?: string;
  readonly license?: string | { readonly type: string };
  readonly licenses?: readonly { readonly type: string }[];
}

function licenseOf({ license, licenses }: Package): string {
  if (typeof license === "string") return license;
  return license?.type ?? licenses?.map(({ type }) => type).join(" OR ") ?? "none";
}

function installedPackages(): string[] {
  return globSync("node_modules/**/package.json", { cwd: ROOT }).filter((path) =>
    /(^|\/)node_modules\/(@[^/]+\/)?[^/]+\/package\.json$/.test(path),
  );
}

function refusedLicenses(files: readonly string[]): string[] {
  return files.flatMap((path) => {
    const found: Package = JSON.parse(readFileSync(join(ROOT, path), "utf8"));
    const license = licenseOf(found);
    return isAllowed(license) ? [] : [`${found.name ?? path}: ${license}`];
  });
}

/** Returns what `npm audit` found, or why it could not ask. */
function audit(): { isClean: boolean; words: string } {
  const { stdout } = spawnSync("npm", ["audit", "--json"], { cwd: ROOT, encoding: "utf8" });
  const report = JSON.parse(stdout || "{}");
  const counts = report.metadata?.vulnerabilities;
  if (counts === undefined)
    return { isClean: true, words: "npm audit: not asked, the registry does not answer it" };
  return {
    isClean: counts.high + counts.critical === 0,
    words: `npm audit: ${counts.total} known vulnerabilities`,
  };
}

if (import.meta.main) {
  const files = installedPackages();
  const refused = refusedLicenses(files);
  for (const line of refused) process.stderr.write(`license that nobody has looked at: ${line}\n`);
  const { isClean, words } = audit();
  process.stdout.write(`licenses of ${files.length} packages: ${refused.length} to look at; ${words}\n`);
  process.exitCode = files.length > 0 && refused.length === 0 && isClean ? 0 : 1;
}
