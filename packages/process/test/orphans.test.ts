import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

test("trial X1: a child whose parent has ended before the child asked to end with it ends at once", async () => {
  const program = join(import.meta.dirname, "fixtures/child-program.ts");
  // The number of a process that is not the parent: as after the end of the real one.
  const env = { ...process.env, C10K_LAB_PARENT: "1" };
  const child = spawn(process.execPath, [program, "--exit-with-parent"], { env, stdio: "ignore" });
  expect(await once(child, "close")).toEqual([null, "SIGTERM"]);
});

test.skipIf(process.getuid?.() !== 0)(
  "B11 a signal for a child that has ended does not reach a process that got its number",
  () => {
    const program = fileURLToPath(new URL("./fixtures/reused-number.ts", import.meta.url));
    // Only in a process namespace can the next number be chosen.
    const alone = ["--pid", "--fork", "--mount-proc", "--kill-child"];
    const printed = execFileSync("unshare", [...alone, process.execPath, program]).toString();
    expect(JSON.parse(printed)).toEqual({ isSame: true, isAlive: true });
  },
);
