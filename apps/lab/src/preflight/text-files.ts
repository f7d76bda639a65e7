import { readdirSync, readFileSync } from "node:fs";
import { readOr } from "@c10k-lab/process";

/** Reader of the kernel's text files in /proc and /sys; tests give one of their own. */
export interface TextFiles {
  /** @returns null when the file is missing or may not be read */
  read(path: string): string | null;
  list(folder: string): string[];
}

export const SYSTEM_FILES: TextFiles = {
  // Files of processes come and go, and not every kernel has every setting.
  read: (path) => readOr(null, () => readFileSync(path, "utf8")),
  list: (folder) => readdirSync(folder),
};
