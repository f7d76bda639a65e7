import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { defineConfig } from "vitest/config";

/** What tests leave in the folder for temporary files goes with the run. Other users' processes may pass through it. */
const TESTS = "c10k-tests-";
if (!basename(tmpdir()).startsWith(TESTS)) {
  const folder = mkdtempSync(join(tmpdir(), TESTS));
  chmodSync(folder, 0o755);
  process.env.TMPDIR = folder;
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
}

/** Each workspace that has tests is a project called like its package: `vitest run --project server-epoll`. */
const projects = ["packages", "apps"]
  .flatMap((folder) => readdirSync(join(import.meta.dirname, folder)).map((name) => join(folder, name)))
  .concat("docker", "tools")
  .filter((workspace) => existsSync(join(import.meta.dirname, workspace, "test")))
  .map((workspace) => ({
    extends: true as const,
    test: {
      name: packageName(workspace),
      root: join(import.meta.dirname, workspace),
      globalSetup: [join(import.meta.dirname, workspace, "test/global-setup.ts")].filter((path) =>
        existsSync(path),
      ),
    },
  }));

function packageName(workspace: string): string {
  const file = join(import.meta.dirname, workspace, "package.json");
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")).name : basename(workspace);
}

export default defineConfig({
  test: {
    projects,
    include: ["test/**/*.test.ts"],
    // In a measuring project a flake is a finding.
    retry: 0,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Servers under load beside each other would test the machine.
    fileParallelism: false,
    maxWorkers: 1,
  },
});
