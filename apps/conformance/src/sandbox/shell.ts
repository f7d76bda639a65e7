/** Returns a word for sh(1), in quotes. */
export function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
