import { readdirSync, readFileSync } from "node:fs";

/** Where the kernel's text files are read: /proc and /sys, or what a test makes up. */
export interface TextFiles {
  /** @returns null when there is no such file, or it is not ours to read */
  read(path: string): string | null;
  list(folder: string): string[];
}

export const SYSTEM_FILES: TextFiles = {
  read: (path) => {
    try {
      return readFileSync(path, "utf8");
    } catch {
      return null; // Files of processes come and go, and not every kernel has every setting.
    }
  },
  list: (folder) => readdirSync(folder),
};
