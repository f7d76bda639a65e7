import type { CommandLimits } from "@c10k-lab/process";

/** Placeholders in the words and variables of a command. */
export const PORT = "{port}";
const STATS = "{stats}";

/** Sign that a server accepts connections: its port does, or a line of its output matches. */
export type ReadySign =
  | { readonly sign: "port" }
  | { readonly sign: "line" /** Source of a regular expression. */; readonly pattern: string };

interface Started {
  /** Words; of a container the arguments of its entry point. */
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly ready: ReadySign;
  /** Signal that asks it to end. */
  readonly stop: NodeJS.Signals;
}

/** A command that the lab starts for each repetition. */
export interface CommandServer extends Started {
  readonly kind: "command";
  readonly cwd: string;
  /** Command that builds it before the first cell; null for none. */
  readonly build: readonly string[] | null;
  /** Most that it and its build may take of the machine; with more they are killed. */
  readonly limits: CommandLimits;
  /** The variant is left out where it cannot be built, or its program is not found. */
  readonly isOptional: boolean;
}

/** A container of this image on the host's network. */
export interface ImageServer extends Started {
  readonly kind: "image";
  readonly image: string;
}

/** A server that runs already, here or elsewhere. */
export interface TargetServer {
  readonly kind: "target";
  readonly host: string;
  readonly port: number;
}

/** A server that the lab sees from outside alone. Its processes are read in /proc, its bytes by the client. */
export type ForeignServer = CommandServer | ImageServer | TargetServer;

/** A foreign server under a name, as a command line gives it. */
export interface NamedServer {
  readonly name: string;
  readonly foreign: ForeignServer;
  /** Place for mistakes: `--server`. */
  readonly place: string;
}

/** Returns whether a server is told where to write its CSV file. */
export function writesStats(foreign: ForeignServer): boolean {
  return foreign.kind !== "target" && mentions(foreign, STATS);
}

/** Returns whether a placeholder occurs in the words or variables. */
export function mentions({ command, env }: Pick<Started, "command" | "env">, placeholder: string): boolean {
  return [...command, ...Object.values(env)].some((text) => text.includes(placeholder));
}

/** Replaces the placeholders in words and variables. */
export function fillIn<T extends Pick<Started, "command" | "env">>(
  server: T,
  values: { readonly port: number; readonly stats: string },
): T {
  const fill = (text: string) => text.replaceAll(PORT, String(values.port)).replaceAll(STATS, values.stats);
  return {
    ...server,
    command: server.command.map(fill),
    env: Object.fromEntries(Object.entries(server.env).map(([name, text]) => [name, fill(text)])),
  };
}

/** Returns a server in the words of a plan: `command ./echo {port}`. */
export function describeForeign(foreign: ForeignServer): string {
  switch (foreign.kind) {
    case "command":
      return `command ${foreign.command.join(" ")}`;
    case "image":
      return `image ${[foreign.image, ...foreign.command].join(" ")}`;
    case "target":
      return `target ${foreign.host}:${foreign.port}`;
  }
}
