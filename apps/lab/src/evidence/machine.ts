import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus, loadavg, release, totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import { fileDescriptorLimit } from "@c10k-lab/posix";
import { readOr } from "@c10k-lab/process";
import type { Manifest } from "@c10k-lab/protocol";
import { SYSCTLS } from "../engines/sysctls.ts";

/** Describes the machine as it is now. */
export function describeMachine(): Manifest["machine"] {
  return {
    kernel: release(),
    cpu: cpus()[0]?.model ?? "unknown",
    processors: cpus().length,
    memoryBytes: totalmem(),
    loadAverage: loadavg(),
    fileDescriptors: fileDescriptorLimit(),
    sysctls: Object.fromEntries(SYSCTLS.map((path) => [path.replaceAll("/", "."), readSysctl(path)])),
  };
}

export function describeSoftware(): Manifest["software"] {
  const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  return { version, commit: commit(), node: process.version };
}

function readSysctl(path: string): string {
  return readOr("unknown", () => readFileSync(`/proc/sys/${path}`, "utf8").trim().replaceAll("\t", " "));
}

/** Returns the commit that runs, with "+" when the tree differs from it; null outside a checkout. */
function commit(): string | null {
  const git = (...args: string[]) =>
    execFileSync("git", args, {
      cwd: fileURLToPath(new URL(".", import.meta.url)),
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  return readOr(
    null,
    () => git("rev-parse", "--short=12", "HEAD") + (git("status", "--porcelain") === "" ? "" : "+"),
  );
}
