import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SIZED_BOUND_MS, SIZES } from "@c10k-lab/process/testing";
import { expect, test } from "vitest";

const APP = join(import.meta.dirname, "..");
/** Folder of marshal.h. */
const MARSHAL = join(APP, "../../packages/posix/native");
const NODE_HEADERS: string = createRequire(import.meta.url)("node-api-headers").include_dir;

test(
  `T3: threads survive odd arguments, and ${SIZES.T3.workers} workers that end while their threads are blocked`,
  () => {
    const program = join(import.meta.dirname, "fuzz-threads.ts");
    expect(execFileSync(process.execPath, [program], { encoding: "utf8" })).toBe("survived\n");
  },
  SIZED_BOUND_MS,
);

test("T2: starting, serving, draining and aborting threads is free of data races under ThreadSanitizer", () => {
  expect(driveThreads()).toEqual({ code: 0, stdout: "384 closed, 161280 bytes received\n", races: 0 });
});

test("T2: ThreadSanitizer reports a race when a thread closes its row by a plain store", () => {
  const correct = "__atomic_store_n(&table->states[index], ROW_CLOSED + reason, __ATOMIC_SEQ_CST);";
  const racy = "table->states[index] = ROW_CLOSED + reason;";
  const drive = driveThreads((source) => replaceOnce(source, correct, racy));
  expect(drive).toMatchObject({ code: 99, races: 1 });
});

/** Replaces a part that must be there exactly once. */
function replaceOnce(source: string, part: string, other: string): string {
  expect(source.split(part), `the source has once: ${part}`).toHaveLength(2);
  return source.replace(part, () => other);
}

interface Drive {
  readonly code: number | null;
  readonly stdout: string;
  /** Reports of ThreadSanitizer; it ends the driver at the first. */
  readonly races: number;
}

/** Compiles the connection's thread with its driver and ThreadSanitizer, and runs both. @param change of the thread's source */
function driveThreads(change: (source: string) => string = (source) => source): Drive {
  const folder = mkdtempSync(join(tmpdir(), "c10k-tsan-"));
  const driver = join(folder, "driver");
  // Without the preloaded runtime of tools/sanitize: a process has one sanitizer.
  const env = { ...process.env, LD_PRELOAD: "", TSAN_OPTIONS: "halt_on_error=1:exitcode=99" };
  try {
    for (const part of ["native", "test/native", "build/ledger-row.h"])
      cpSync(join(APP, part), join(folder, part), { recursive: true });
    const thread = join(folder, "native/connection-thread.c");
    writeFileSync(thread, change(readFileSync(thread, "utf8")));
    execFileSync(process.env.CC ?? "cc", compile(driver), { cwd: folder, env, stdio: "pipe" });
    const { status, stdout, stderr } = spawnSync(driver, { encoding: "utf8", env, timeout: 20_000 });
    return { code: status, stdout, races: stderr.split("WARNING: ThreadSanitizer: data race").length - 1 };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function compile(out: string): string[] {
  const flags =
    "-std=gnu11 -g -O1 -pthread -D_GNU_SOURCE -Wall -Wextra -Werror -Wno-unused-function -fsanitize=thread";
  const node = ["-DNODE_GYP_MODULE_NAME=addon", "-DNAPI_VERSION=9", "-isystem", NODE_HEADERS];
  // The linker drops the functions that call Node.
  const drop = ["-ffunction-sections", "-Wl,--gc-sections"];
  const source = "test/native/threads-under-tsan.c";
  return [...flags.split(" "), ...node, ...drop, "-I", MARSHAL, "-o", out, source];
}
