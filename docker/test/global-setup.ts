import { execFileSync } from "node:child_process";
import type { TestProject } from "vitest/node";
import { listLeftovers, removeLeftovers } from "./harness/leftovers.ts";
import { ROOT } from "./harness/services.ts";

const BUILD_BOUND_MS = 600_000;

/** Finds the engine and builds the images once for all files; at the end removes the containers of failed tests. */
export default function setup(project: TestProject): (() => Promise<void>) | undefined {
  const run = process.env.TEST_RUN ?? String(process.pid);
  const missing = findMissing();
  if (missing !== undefined) {
    const isRequired = process.env.REQUIRE_ENGINE === "1";
    project.provide("engine", { run, ...(isRequired ? { failure: missing } : { missing }) });
    if (!isRequired) process.stderr.write(`docker: tests of the containers are skipped: ${missing}\n`);
    return undefined;
  }
  project.provide("engine", { run, ...buildImages() });
  return async () => {
    const left = await listLeftovers(run);
    await removeLeftovers(run);
    if (left.length > 0) throw new Error(`containers were left behind: ${left.join(", ")}`);
  };
}

/** Returns the first requirement that is not met, as a sentence; undefined when all are. */
function findMissing(): string | undefined {
  const needed: [string[], string][] = [
    [["version"], "no container engine answers"],
    [["compose", "version"], "the engine has no Compose v2"],
    [["buildx", "version"], "the engine has no BuildKit"],
  ];
  for (const [args, sentence] of needed) {
    const { error } = docker(args, 20_000);
    if (error) return `${sentence} ('docker ${args.join(" ")}': ${error.split("\n").at(-1)})`;
  }
  return undefined;
}

/** Builds the images of the compose file, which a user would run. */
function buildImages(): { failure?: string } {
  process.stderr.write("docker: docker compose build\n");
  const { error } = docker(["compose", "--progress", "plain", "build"], BUILD_BOUND_MS);
  if (!error) return {};
  const last = error.split("\n").slice(-15).join("\n");
  return {
    failure: `the images cannot be built; without a registry docker/base-image makes their base:\n${last}`,
  };
}

function docker(args: string[], timeout: number): { error?: string } {
  try {
    execFileSync("docker", args, { cwd: ROOT, timeout, stdio: ["ignore", "ignore", "pipe"] });
    return {};
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: Buffer };
    return { error: stderr?.toString().trim() || message };
  }
}
