import { existsSync, lstatSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { quote } from "./shell.ts";

/** A larger file is no description of a server. */
const BYTES_MAX = 65_536;
/** Characters of a mistake. */
const REASON_MAX = 300;
const MAKEFILES = ["Makefile", "makefile", "GNUmakefile"];

const ServerFile = z.strictObject({
  command: z.union([z.string().min(1), z.array(z.string()).min(1)]),
  build: z.string().min(1).optional(),
});

/** Commands of a submission; `build` is null when there is nothing to build. */
export interface Submission {
  readonly build: string | null;
  readonly command: string;
}

/**
 * Reads the server.yaml of a folder, or its Makefile.
 *
 * @param given command of folders without a server.yaml
 * @throws Error with one sentence
 */
export function readSubmission(folder: string, given: string | undefined): Submission {
  if (lstatSync(folder).isSymbolicLink())
    throw new Error("the folder is a symbolic link: give the folder itself");
  const path = join(folder, "server.yaml");
  const makefile = MAKEFILES.some((name) => existsSync(join(folder, name))) ? "make" : null;
  const file = lstatSync(path, { throwIfNoEntry: false });
  if (file === undefined) {
    if (makefile === null) throw new Error("there is neither a server.yaml nor a Makefile");
    if (given === undefined) throw new Error("there is no server.yaml, and --command is not given");
    return { build: makefile, command: checkPort(given) };
  }
  // This reads as root: the target of a link is nothing that the submission may show.
  if (!file.isFile()) throw new Error("server.yaml is not a regular file");
  if (file.size > BYTES_MAX) throw new Error(`server.yaml has more than ${BYTES_MAX} bytes`);
  const { success, data, error } = ServerFile.safeParse(parseYaml(readFileSync(path, "utf8")));
  if (!success) throw new Error(`server.yaml: ${describe(error)}`);
  const command = typeof data.command === "string" ? data.command : data.command.map(quotePart).join(" ");
  return { build: data.build ?? makefile, command: checkPort(command) };
}

function describe(error: z.ZodError): string {
  return z.prettifyError(error).replaceAll(/\s+/g, " ").replaceAll("✖ ", "").slice(0, REASON_MAX);
}

/** @throws Error with one sentence; the parser's message goes on with an excerpt of the file */
function parseYaml(text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    const [sentence = ""] = (error as Error).message.split("\n");
    throw new Error(`server.yaml: ${sentence.replace(/:$/, "")}`);
  }
}

function checkPort(command: string): string {
  if (command.includes("{port}") || /\$\{?PORT\b/.test(command)) return command;
  throw new Error("the command has neither {port} nor $PORT");
}

function quotePart(word: string): string {
  return /^[\w./:=@%+{},-]+$/.test(word) ? word : quote(word);
}
