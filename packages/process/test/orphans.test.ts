import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, test } from "vitest";

test("trial X1: a child whose parent has ended before the child asked to end with it ends at once", async () => {
  const program = join(import.meta.dirname, "fixtures/child-program.ts");
  // The number of a process that is not the parent: as after the end of the real one.
  const env = { ...process.env, C10K_LAB_PARENT: "1" };
  const child = spawn(process.execPath, [program, "--exit-with-parent"], { env, stdio: "ignore" });
  expect(await once(child, "close")).toEqual([null, "SIGTERM"]);
});
