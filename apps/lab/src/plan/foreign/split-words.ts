import { UsageError } from "@c10k-lab/cli";

/** A word: bare characters, '…', "…" and escaped characters in any order. */
const WORD = /(?:[^\s'"\\]|\\.|'[^']*'|"(?:[^"\\]|\\.)*")+/gs;
const PART = /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)/gs;

/** Splits a command into words as a shell does, without expansions. @throws UsageError for a quote without its end */
export function splitWords(text: string): string[] {
  const words = text.match(WORD) ?? [];
  const rest = text.replace(WORD, "").trim();
  if (rest !== "") throw new UsageError(`a quote has no end in ${text}`);
  return words.map((word) =>
    word.replace(
      PART,
      (_, single, double, escaped) => single ?? double?.replace(/\\(["\\])/g, "$1") ?? escaped,
    ),
  );
}
