import type { ServerName } from "@c10k-lab/protocol";

/** What the lab starts. It does not import them. */
export type App = ServerName | "client";

/** The app's folder, workspace, script, image and service are all called the same. */
export function nameOf(app: App): string {
  return app === "client" ? "client" : `server-${app}`;
}

/** Words as a person would type them in a shell. */
export function quoted(words: readonly string[]): string {
  return words
    .map((word) => (/[^\w./:=,-]/.test(word) ? `'${word.replaceAll("'", "'\\''")}'` : word))
    .join(" ");
}
