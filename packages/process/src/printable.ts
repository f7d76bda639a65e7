/** Returns one line of text without control characters: a terminal would obey those that a foreign program prints. */
export function makePrintable(text: string): string {
  return text
    .replaceAll(/\s+/gu, " ")
    .replaceAll(/\p{Cc}+/gu, "\ufffd")
    .trim();
}
