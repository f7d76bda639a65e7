/** Joins words into a shell command; quotes those that need it. */
export function quoteWords(words: readonly string[]): string {
  return words
    .map((word) => (/[^\w./:=,-]/.test(word) ? `'${word.replaceAll("'", "'\\''")}'` : word))
    .join(" ");
}
