import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { command, flag, runCommands } from "@c10k-lab/cli";
import { writeFileDurably } from "@c10k-lab/files";
import { readOr } from "@c10k-lab/process";
import { referencePages } from "./pages.ts";

const FOLDER = fileURLToPath(new URL("../../../../docs/reference/", import.meta.url));

const write = command({
  usage: "write",
  describe: "write the option tables of docs/reference from the contracts of the apps",
  arguments: [],
  options: { check: flag("write nothing; exit 1 when a page differs") },
  examples: [],
  run: async ({ check }) => {
    const stale = [...referencePages()].filter(([name, text]) => text !== read(name));
    if (!check) for (const [name, text] of stale) writeFileDurably(`${FOLDER}${name}`, text);
    const words = check ? "differs from the contracts: npm run docs" : "written";
    for (const [name] of stale) process.stderr.write(`docs: docs/reference/${name} ${words}\n`);
    return check && stale.length > 0 ? 1 : 0;
  },
});

/** Returns a page; null for one that is not there yet, which differs. */
function read(name: string): string | null {
  return readOr(null, () => readFileSync(`${FOLDER}${name}`, "utf8"));
}

process.exitCode = await runCommands(
  { name: "docs", describe: "Generated pages of the documentation.", commands: [write] },
  process.argv.slice(2),
);
