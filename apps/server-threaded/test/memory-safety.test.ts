import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";

const APP = join(import.meta.dirname, "..");
const NODE_HEADERS: string = createRequire(import.meta.url)("node-api-headers").include_dir;

test("T3: threads survive odd arguments, and eight workers that end while their threads are blocked", () => {
  const program = join(import.meta.dirname, "fuzz-threads.ts");
  expect(execFileSync(process.execPath, [program], { encoding: "utf8" })).toBe("survived\n");
});

test("T2: starting, serving, draining and aborting threads is free of data races under ThreadSanitizer", () => {
  const folder = mkdtempSync(join(tmpdir(), "c10k-tsan-"));
  const driver = join(folder, "driver");
  // Without the preloaded runtime of tools/sanitize: a process has one sanitizer.
  const env = { ...process.env, LD_PRELOAD: "", TSAN_OPTIONS: "halt_on_error=1:exitcode=99" };
  try {
    execFileSync(process.env.CC ?? "cc", compile(driver), { cwd: APP, env, stdio: "pipe" });
    const output = execFileSync(driver, { encoding: "utf8", env, stdio: "pipe" });
    expect(output).toBe("384 closed, 161280 bytes received\n");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

function compile(out: string): string[] {
  const flags =
    "-std=gnu11 -g -O1 -pthread -D_GNU_SOURCE -Wall -Wextra -Werror -Wno-unused-function -fsanitize=thread";
  const node = ["-DNODE_GYP_MODULE_NAME=addon", "-DNAPI_VERSION=9", "-isystem", NODE_HEADERS];
  // The linker drops the functions that call Node.
  const drop = ["-ffunction-sections", "-Wl,--gc-sections"];
  const source = "test/native/threads-under-tsan.c";
  return [...flags.split(" "), ...node, ...drop, "-I", "../../packages/posix/native", "-o", out, source];
}
