/** A program that the lab starts: `client`, or a server's name. */
export type App = string;

/** Returns the name of an app's folder, workspace, npm script, image and compose service. */
export function nameOf(app: App): string {
  return app === "client" ? "client" : `server-${app}`;
}

/** Joins words into a shell command; quotes those that need it. */
export function quoteWords(words: readonly string[]): string {
  return words
    .map((word) => (/[^\w./:=,-]/.test(word) ? `'${word.replaceAll("'", "'\\''")}'` : word))
    .join(" ");
}
