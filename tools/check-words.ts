import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import words from "./words.json" with { type: "json" };

/** Files whose words are checked. docs/reports is output of the program, CHANGELOG.md is history. */
const FILES = [
  "*.ts",
  "*.c",
  "*.h",
  "*.md",
  "*.yaml",
  "docker/*",
  ".ci/*",
  ":!docs/reports",
  ":!CHANGELOG.md",
];

/** Place and wording of a banned word, and the reason why it is banned. */
export interface Offence {
  readonly line: number;
  readonly text: string;
  readonly reason: string;
}

/** Returns the pattern of a sequence of words that may be wrapped inside a comment (`*`, `//`, `#`). */
function phrasePattern(phrase: string): RegExp {
  return new RegExp(`\\b${phrase.split(" ").join("(?:\\s|[*/#])+")}\\b`, "gi");
}

function openingPattern(before: string, openings: readonly string[], after: string): RegExp {
  return new RegExp(`${before}(?:${openings.join("|")})\\b${after}`, "g");
}

const { docstringOpenings, sentenceOpenings, phrases } = words;

/** Patterns that no file may contain. */
const PHRASES = phrases.map(({ words, reason }) => ({ pattern: phrasePattern(words), reason }));

/** Patterns that no source file may contain. A string that ends with a question mark is a question, not a sentence. */
const OPENINGS = [
  {
    pattern: openingPattern("/\\*\\*?[\\s*]+", docstringOpenings.words, "[^\\n]{0,60}"),
    reason: docstringOpenings.reason,
  },
  {
    pattern: openingPattern("(?<=[\"'`])", sentenceOpenings.words, ' (?!.*\\?["\'`])[^\\n"`]{3,60}'),
    reason: sentenceOpenings.reason,
  },
  {
    pattern: openingPattern(
      "(?<=\\btest(?:With)?(?:\\.\\w+)*(?:\\([^()]*\\))?\\(\\s*[\"'`])",
      sentenceOpenings.words.map((word) => word.toLowerCase()),
      " [^\\n]{3,60}",
    ),
    reason: `a test's title is a sentence; ${sentenceOpenings.reason}`,
  },
];

/** Returns the banned words in the text of a file, in the order of their lines. */
export function findOffences(name: string, text: string): Offence[] {
  const rules = /\.(ts|c|h)$/.test(name) ? [...OPENINGS, ...PHRASES] : PHRASES;
  return rules
    .flatMap(({ pattern, reason }) =>
      [...text.matchAll(pattern)].map(({ index, 0: match }) => ({
        line: text.slice(0, index).split("\n").length,
        text: match.replace(/[\s*/#]+/g, " ").trim(),
        reason,
      })),
    )
    .sort((one, other) => one.line - other.line);
}

/** Prints the banned words of all files that git tracks. Returns how many there are. */
function checkTree(root: string): number {
  const names = execFileSync("git", ["ls-files", "-z", "--", ...FILES], { cwd: root, encoding: "utf8" })
    .split("\0")
    .filter((name) => name !== "" && existsSync(join(root, name)) && !/^tools\/(words|test)/.test(name));
  const lines = names.flatMap((name) =>
    findOffences(name, readFileSync(join(root, name), "utf8")).map(
      ({ line, text, reason }) => `${name}:${line}: “${text}”: ${reason}\n`,
    ),
  );
  process.stderr.write(lines.join(""));
  return lines.length;
}

if (import.meta.main) process.exitCode = checkTree(join(import.meta.dirname, "..")) > 0 ? 1 : 0;
