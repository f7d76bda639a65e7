import { constants } from "node:os";
import { resolve } from "node:path";
import { type Given, kebab, readAt, UsageError } from "@c10k-lab/cli";
import {
  type CommandServer,
  type ForeignServer,
  mentions,
  type NamedServer,
  PORT,
  type ReadySign,
} from "./foreign-server.ts";
import { readLimits } from "./server-limits.ts";
import { splitWords } from "./split-words.ts";

/** Names of servers become names of variants, folders and charts. */
const NAME = /^[A-Za-z][A-Za-z0-9.-]{0,79}$/;
const SIGNALS = ["SIGINT", "SIGTERM", "SIGQUIT", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGKILL"] as const;
/** Keys of a server that the lab starts as a process. */
const OF_COMMANDS = [
  "build",
  "cwd",
  "optional",
  "processLimit",
  "memoryLimitBytes",
  "diskLimitBytes",
] as const;
const LINE = /^line:\s*/;

/** Settings of a foreign server as a plan writes them. */
export interface GivenServer {
  readonly place: string;
  readonly command?: readonly Given[];
  readonly image?: Given;
  readonly target?: Given;
  readonly build?: readonly Given[];
  readonly cwd?: Given;
  readonly env?: Readonly<Record<string, Given>>;
  readonly ready?: Given;
  readonly stop?: Given;
  readonly optional?: Given;
  readonly processLimit?: Given;
  readonly memoryLimitBytes?: Given;
  readonly diskLimitBytes?: Given;
}

/**
 * Reads a foreign server.
 *
 * @param folder that `cwd` starts from
 * @throws UsageError that begins with the place of the mistake
 */
export function readForeign(given: GivenServer, folder: string): ForeignServer {
  // An image has a command too: the arguments of its entry point.
  const first = given.image ? "image" : "command";
  if (given.target && given[first]) throw new UsageError(`${given.place}: give one of ${first} and target`);
  if (given.target) {
    refuse(given, [...OF_COMMANDS, "env", "ready", "stop"], "a server that runs already");
    return readTarget(given.target);
  }
  const started = {
    command: readWords(given.command ?? []),
    env: readVariables(given.env ?? {}),
    ready: given.ready ? readReady(given.ready) : ({ sign: "port" } as const),
    stop: given.stop ? readSignal(given.stop) : ("SIGTERM" as const),
  };
  if (!mentions(started, PORT)) {
    const place = given.command?.[0]?.place ?? given.place;
    throw new UsageError(`${place}: ${PORT} is missing: the lab chooses the port`);
  }
  if (given.image) {
    refuse(given, OF_COMMANDS, "an image");
    return { kind: "image", image: given.image.text, ...started };
  }
  return {
    kind: "command",
    ...started,
    cwd: resolve(folder, given.cwd?.text ?? "."),
    build: given.build ? readWords(given.build) : null,
    limits: readLimits(given),
    isOptional: given.optional?.text === "true",
  };
}

/** @throws UsageError when one of the keys is given, which are of no use to such a server */
function refuse(given: GivenServer, keys: readonly (keyof GivenServer)[], server: string): void {
  const stray = keys.find((key) => given[key]);
  if (stray) throw new UsageError(`${given.place}: ${kebab(stray)} is of no use to ${server}`);
}

/** Reads `mine=./echo {port}`. @throws UsageError */
export function readServerOption(text: string): NamedServer {
  const { name, value } = readNamed(text, "mine=./echo {port}");
  const foreign = readForeign({ place: name, command: [{ text: value, place: name }] }, process.cwd());
  return { name, foreign, place: "--server" };
}

/** Reads `mine=example/echo {port}`: an image and the arguments of its entry point. @throws UsageError */
export function readImageOption(text: string): NamedServer {
  const { name, value } = readNamed(text, "mine=example/echo {port}");
  const [, image = "", words = ""] = /^(\S+)\s*(.*)$/s.exec(value) ?? [];
  const given = { place: name, image: { text: image, place: name } };
  const command = words === "" ? {} : { command: [{ text: words, place: name }] };
  return { name, foreign: readForeign({ ...given, ...command }, process.cwd()), place: "--image" };
}

/** Reads `mine=127.0.0.1:7000`. @throws UsageError */
export function readTargetOption(text: string): NamedServer {
  const { name, value } = readNamed(text, "mine=127.0.0.1:7000");
  return { name, foreign: readTarget({ text: value, place: name }), place: "--target" };
}

function readNamed(text: string, example: string): { name: string; value: string } {
  const [, name, value] = /^([^=\s]+)=(.+)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) {
    throw new UsageError(`'${text}' has no name and value such as '${example}'`);
  }
  if (NAME.test(name)) return { name, value };
  throw new UsageError(`'${name}' is not a name: letters, digits, dots and dashes, at most 80`);
}

/** A list of words, or one text that is split into words. */
function readWords(given: readonly Given[]): string[] {
  const [only, ...others] = given;
  if (only === undefined) return [];
  if (others.length > 0) return given.map(({ text }) => text);
  return readAt(only.place, () => splitWords(only.text));
}

function readVariables(given: Readonly<Record<string, Given>>): Record<string, string> {
  return Object.fromEntries(Object.entries(given).map(([name, { text }]) => [name, text]));
}

function readReady({ text, place }: Given): ReadySign {
  if (text === "port") return { sign: "port" };
  if (!LINE.test(text)) throw new UsageError(`${place}: '${text}' is neither port nor 'line: REGEX'`);
  const pattern = text.replace(LINE, "");
  try {
    new RegExp(pattern);
  } catch (error) {
    throw new UsageError(`${place}: ${(error as Error).message}`);
  }
  return { sign: "line", pattern };
}

function readSignal({ text, place }: Given): CommandServer["stop"] {
  const found = SIGNALS.find((name) => name === text && constants.signals[name] !== undefined);
  if (found === undefined) throw new UsageError(`${place}: '${text}' is not one of ${SIGNALS.join(", ")}`);
  return found;
}

function readTarget({ text, place }: Given): ForeignServer {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:\s]+)):(\d+)$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  if (host === undefined || port < 1 || port > 65535) {
    throw new UsageError(`${place}: '${text}' is not an address such as 127.0.0.1:7000`);
  }
  return { kind: "target", host, port };
}
