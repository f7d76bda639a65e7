import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
const pages = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "*.md"], {
  cwd: ROOT,
  encoding: "utf8",
})
  .split("\n")
  .filter((page) => page !== "" && existsSync(join(ROOT, page)));

/** Returns a page without its code blocks, whose brackets are no links and whose # is no heading. */
function readProse(page: string): string {
  return readFileSync(join(ROOT, page), "utf8").replace(/^```.*?^```/gms, "");
}

/** Returns the anchors of a page: its headings as a code host spells them, and its HTML anchors. */
function findAnchors(page: string): string[] {
  const prose = readProse(page);
  const headings = [...prose.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, "")
      .replaceAll(" ", "-"),
  );
  return [...headings, ...[...prose.matchAll(/<a (?:id|name)="([^"]+)"/g)].map(([, id = ""]) => id)];
}

function findLinks(page: string): string[] {
  return [...readProse(page).matchAll(/\]\(([^()\s]+)\)/g)].map(([, link = ""]) => link);
}

function isBroken(page: string, link: string): boolean {
  if (/^[a-z]+:/.test(link)) return false;
  const [path = "", anchor] = link.split("#");
  const target = path === "" ? page : join(dirname(page), path);
  if (!existsSync(join(ROOT, target))) return true;
  return anchor !== undefined && !findAnchors(target).includes(anchor);
}

test.each(pages)("every relative link and anchor in %s resolves", (page) => {
  expect(findLinks(page).filter((link) => isBroken(page, link))).toEqual([]);
});

/** Returns the paths of this repository that a page names in code style, without placeholders such as `apps/server-NAME`. */
function findPaths(page: string): string[] {
  const named = [
    ...readProse(page).matchAll(/`((?:apps|packages|docs|tools|docker|examples|\.ci)\/[\w./-]+)`/g),
  ];
  return named.map(([, path = ""]) => path).filter((path) => !/[A-Z]{4}/.test(path));
}

test.each(pages.filter((page) => page !== "CHANGELOG.md"))("every path that %s names exists", (page) => {
  expect(findPaths(page).filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});

test.each(pages)("%s begins with a heading, and has text below it", (page) => {
  const [first = "", ...others] = readProse(page)
    .replace(/^<!--.*?-->\n/s, "")
    .split("\n")
    .filter((line) => line.trim() !== "");
  expect(first).toMatch(/^# \S/);
  expect(others).not.toEqual([]);
});

const topics = pages.filter((page) => /^docs\/measuring\/(?!README)/.test(page));

test.each(topics)("%s opens with the thing to remember, and is listed in the index of its folder", (page) => {
  expect(readProse(page).split(/\n{2,}/)[1]).toMatch(/^\*\*Remember: .*\*\*$/s);
  expect(findLinks("docs/measuring/README.md")).toContain(basename(page));
});

const workspaces = ["apps", "packages"].flatMap((folder) =>
  readdirSync(join(ROOT, folder))
    .filter((name) => existsSync(join(ROOT, folder, name, "package.json")))
    .map((name) => `${folder}/${name}/README.md`),
);

test.each(workspaces)("%s says in a dozen lines where to begin and how to test", (page) => {
  const prose = readProse(page);
  expect(prose).toMatch(/^- Entry\b/m);
  expect(prose).toContain("npx vitest run --project");
  expect(prose.split("\n").length).toBeLessThanOrEqual(13);
});
