import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { quote } from "./shell.ts";

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
  const path = join(folder, "server.yaml");
  const makefile = MAKEFILES.some((name) => existsSync(join(folder, name))) ? "make" : null;
  if (!existsSync(path)) {
    if (makefile === null) throw new Error("there is neither a server.yaml nor a Makefile");
    if (given === undefined) throw new Error("there is no server.yaml, and --command is not given");
    return { build: makefile, command: checkPort(given) };
  }
  const { success, data, error } = ServerFile.safeParse(parseYaml(readFileSync(path, "utf8")));
  if (!success) throw new Error(`server.yaml: ${z.prettifyError(error).replaceAll(/\s+/g, " ")}`);
  const command = typeof data.command === "string" ? data.command : data.command.map(quotePart).join(" ");
  return { build: data.build ?? makefile, command: checkPort(command) };
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
