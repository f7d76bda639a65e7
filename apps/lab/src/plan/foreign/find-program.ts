import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { readOr } from "@c10k-lab/process";

/**
 * Returns the path of a program as execvp(3) finds it, or null.
 *
 * @param folder that a name with a slash starts from
 * @param path folders to search for a name without one
 */
export function findProgram(name: string, folder: string, path = process.env.PATH ?? ""): string | null {
  if (name.includes("/")) return isExecutable(resolve(folder, name)) ? resolve(folder, name) : null;
  const found = path.split(delimiter).find((place) => isExecutable(join(resolve(folder, place), name)));
  return found === undefined ? null : join(resolve(folder, found), name);
}

function isExecutable(path: string): boolean {
  return readOr(false, () => {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  });
}
