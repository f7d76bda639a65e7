import { fileURLToPath } from "node:url";
import type { ServerName } from "@c10k-lab/protocol";

/** Where the other apps' main modules are: the lab starts them, it does not import them. */
export function mainOf(app: ServerName | "client"): string {
  const folder = app === "client" ? "client" : `server-${app}`;
  return fileURLToPath(new URL(`../../${folder}/src/main.ts`, import.meta.url));
}

/** The same thing as a person would type it. */
export function commandOf(app: ServerName | "client", args: readonly string[]): string {
  const script = app === "client" ? "client" : `server-${app}`;
  const words = args.map((word) => (/[^\w./:=-]/.test(word) ? `'${word.replaceAll("'", "'\\''")}'` : word));
  return `npm run ${script} -- ${words.join(" ")}`;
}
