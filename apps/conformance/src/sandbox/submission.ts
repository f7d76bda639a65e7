import { existsSync, lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { quote } from "./shell.ts";

/** A larger file is no description of a server. */
const BYTES_MAX = 65_536;
/** Characters of a mistake. */
const REASON_MAX = 300;
const MAKEFILES = ["Makefile", "makefile", "GNUmakefile"];

/** A text for the shell, or a list of words. */
const Command = (key: string) =>
  z.union(
    [
      z.string().min(1),
      z
        .array(z.union([z.string(), z.number()]).transform(String))
        .min(1)
        .transform((words) => words.map(quotePart).join(" ")),
    ],
    {
      error: ({ input }) =>
        input === undefined ? `there is no ${key}` : `${key} is neither a text nor a list of words`,
    },
  );

const ServerFile = z.strictObject(
  { command: Command("command"), build: Command("build").optional() },
  {
    error: (issue) =>
      issue.code === "unrecognized_keys"
        ? `'${issue.keys.join(", ")}' is not known; known are command and build`
        : "it holds no keys such as command and build",
  },
);

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
    if (makefile === null || given === undefined) throw new Error(explainMissing(folder, makefile !== null));
    return { build: makefile, command: checkPort(given) };
  }
  // This reads as root: the target of a link is nothing that the submission may show.
  if (!file.isFile()) throw new Error("server.yaml is not a regular file");
  if (file.size > BYTES_MAX) throw new Error(`server.yaml has more than ${BYTES_MAX} bytes`);
  const { success, data, error } = ServerFile.safeParse(parseYaml(readFileSync(path, "utf8")));
  if (!success) throw new Error(`server.yaml: ${describe(error)}`);
  return { build: data.build ?? makefile, command: checkPort(data.command) };
}

/** Returns why a folder has no command, in a sentence. */
function explainMissing(folder: string, hasMakefile: boolean): string {
  const similar = readdirSync(folder).find((name) => /^server\.ya?ml(\.txt)?$/i.test(name));
  if (similar !== undefined) return `there is ${similar} in place of server.yaml: rename it`;
  return hasMakefile
    ? "there is no server.yaml, and --command is not given"
    : "there is neither a server.yaml nor a Makefile";
}

function describe({ issues }: z.ZodError): string {
  return issues
    .map(({ message }) => message)
    .join("; ")
    .slice(0, REASON_MAX);
}

/** @throws Error with one sentence; the parser's message goes on with an excerpt of the file */
function parseYaml(text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    if ((error as { code?: string }).code === "MULTIPLE_DOCS")
      throw new Error("server.yaml: it holds several YAML documents");
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
