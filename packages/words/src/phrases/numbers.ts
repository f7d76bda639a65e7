/** Numbers as people read them. A missing one is a dash, never a zero. */
export const MISSING = "–";

/** A time that never ended. */
const INFINITE = "∞";

type Maybe = number | null;

/** Rounds 12345.6 to "12,346". */
export function integer(value: Maybe): string {
  if (value === null) return MISSING;
  if (value === Number.POSITIVE_INFINITY) return INFINITE;
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** Rounds to about three digits: 0.084, 3.21, 32.1, 3,214. */
export function figure(value: Maybe): string {
  if (value === null) return MISSING;
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size < 0.001) return "< 0.001";
  if (size < 1) return value.toPrecision(2);
  if (size < 9.995) return value.toFixed(2);
  if (size < 99.95) return value.toFixed(1);
  return integer(value);
}

/** Writes numbers of any size below 1: 0.084 stays, 0.0000123 is "1.2 × 10⁻⁵". */
export function scientific(value: number): string {
  if (value === 0 || Math.abs(value) >= 0.001) return figure(value);
  const [digits = "", exponent = ""] = value.toExponential(1).split("e-");
  return `${digits} × 10⁻${exponent.replace(/\d/g, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)] ?? "")}`;
}

/** Rounds for sentences: 121,384 is "121,000". */
export function about(value: Maybe): string {
  if (value === null) return MISSING;
  if (value === Number.POSITIVE_INFINITY) return INFINITE;
  return Math.abs(value) < 100 ? figure(value) : integer(Number(value.toPrecision(3)));
}

/** Returns "93 %" for 93.4. */
export function percent(value: Maybe): string {
  if (value === null) return MISSING;
  return value > 0 && value < 1 ? "under 1 %" : `${integer(value)} %`;
}

/** Writes a change: 4.13 → "+4.1", -14.2 → "−14.2", 340.2 → "+340". Per cent, without the sign. */
export function signed(value: number): string {
  const size = Math.abs(value);
  const digits = size < 99.95 ? size.toFixed(1) : integer(size);
  if (digits === "0.0") return "0.0";
  return (value < 0 ? "−" : "+") + digits;
}

/** Largest ratio that is written out: beyond it are ends of intervals too wide for any conclusion. */
const RATIO_MAX = 10_000;

/** Rounds a ratio: 0.019, 1.23, 3.1, 12. */
export function ratio(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return INFINITE;
  if (value > RATIO_MAX) return `> ${integer(RATIO_MAX)}`;
  if (value < 0.1) return figure(value);
  if (value >= 10) return integer(value);
  return value < 2 ? value.toFixed(2) : value.toFixed(1);
}

/** Returns "1 connection", "2,000 connections". */
export function plural(value: number, noun: string): string {
  return `${integer(value)} ${noun}${value === 1 ? "" : "s"}`;
}

/** Returns "a", "a and b", "a, b and c". */
export function listed(words: readonly string[]): string {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

/** Names that a sentence lists, or reasons that it gives, at most. */
export const NAMES_MAX = 3;

/** Returns "a, b, c and 4 more". */
export function abridged(names: readonly string[]): string {
  const others = names.length - NAMES_MAX;
  return others <= 0
    ? names.join(", ")
    : `${names.slice(0, NAMES_MAX).join(", ")} and ${integer(others)} more`;
}

/** Changes "the rate" to "The rate". */
export function sentenceCase(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** A blank at which a line may end: none between a number and its unit. */
const BLANK = / (?!(?:%|µs|ms|s|KiB|MiB|GiB)(?:[^\w]|$))/;

/** Returns a text in lines of at most so many columns, broken between words, and inside a word that is longer than a line. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(BLANK).flatMap((word) => cut(word, columns))) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > columns) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

/** Cuts a word into pieces of at most so many characters. */
function cut(word: string, columns: number): string[] {
  const characters = [...word];
  const pieces = Array.from({ length: Math.ceil(characters.length / columns) }, (_, at) =>
    characters.slice(at * columns, (at + 1) * columns).join(""),
  );
  return word === "" ? [word] : pieces;
}
