import { accessSync, constants } from "node:fs";
import { join } from "node:path";
import { test } from "vitest";

function isInstalled(tool: string): boolean {
  return (process.env.PATH ?? "").split(":").some((folder) => {
    try {
      accessSync(join(folder, tool), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Registers a test that needs a program. Without the program the test is skipped, and its title tells why. */
export function testWith(tool: string, title: string, body: () => Promise<void>, timeoutMs?: number): void {
  if (isInstalled(tool)) test(title, body, timeoutMs);
  else test.skip(`${title} [${tool} is not installed]`, body);
}
