import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, matchesGlob, relative } from "node:path";
import { configDefaults, defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { hasEnginesOfItsOwn, orderFiles } from "./tools/file-order.ts";

/** Prefix of the folder for temporary files, which is removed after the run. Other users' processes may pass through it. */
const TESTS = "c10k-tests-";
if (!basename(tmpdir()).startsWith(TESTS)) {
  const folder = mkdtempSync(join(tmpdir(), TESTS));
  chmodSync(folder, 0o755);
  process.env.TMPDIR = folder;
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
}
/** Cache of compiled modules: some hundred programs start in a run, and compiling is half of the CPU time of a start. */
process.env.NODE_COMPILE_CACHE ??= join(tmpdir(), "compile-cache");

/**
 * Tests that take seconds each, because they start servers under load, an engine or a browser: patterns by workspace.
 * `npm run test:quick` leaves them out.
 */
const SLOW: Record<string, string[]> = {
  "apps/bench": ["test/**"],
  "apps/client": ["test/program/**", "test/workload/sources.test.ts"],
  "apps/conformance": ["test/**"],
  "apps/lab": [
    "test/commands/**",
    "test/capacity/capacity.test.ts",
    "test/results/results-folder.test.ts",
    "test/watch/**",
  ],
  "apps/report": ["test/**"],
  "apps/server-epoll": ["test/conformance.test.ts", "test/options.test.ts"],
  "apps/server-poll": [
    "test/conformance.test.ts",
    "test/accepts-per-turn.test.ts",
    "test/many-clients.test.ts",
  ],
  "apps/server-select": [
    "test/conformance.test.ts",
    "test/accepts-per-turn.test.ts",
    "test/fd-setsize.test.ts",
  ],
  "apps/server-threaded": ["test/conformance.test.ts", "test/threads.test.ts"],
  "apps/server-uring": ["test/conformance.test.ts", "test/options.test.ts", "test/system-calls.test.ts"],
  "packages/report": ["test/page/page-in-chromium.test.ts", "test/page/axe-in-chromium.test.ts"],
  "apps/soak": ["test/soak.test.ts"],
  docker: ["test/**"],
  tools: ["test/tutorial.test.ts"],
};

/** Tests that compare times, by workspace: a project of their own, one file at a time, after all others. */
const TIMED: Record<string, string[]> = {
  "apps/bench": ["test/burn-study.test.ts", "test/c-client.test.ts"],
};
/**
 * Workspace whose tests share one engine: never two files at a time, because each looks for containers left behind. The
 * swarm has two engines of its own.
 */
const SHARED = "docker";
/**
 * With three at a time every worker was busy and two processors were not. With six the processors are at 99 % throughout, the
 * suite takes a tenth less time, and clients starve: one sent 10 messages in 300 ms.
 */
const FILES_AT_A_TIME = 4;
/**
 * Workspace whose tests wait for most of their time: a suite of 13 s takes 4 s of CPU time, so eight at a time take two
 * processors at most. Elsewhere two are as many as a good server needs to look good.
 */
const WAITING = "apps/conformance";

function packageName(workspace: string): string {
  const file = join(import.meta.dirname, workspace, "package.json");
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")).name : basename(workspace);
}

/** Workspaces that have tests: folders of packages and apps, docker and tools. */
const workspaces = ["packages", "apps"]
  .flatMap((folder) => readdirSync(join(import.meta.dirname, folder)).map((name) => join(folder, name)))
  .concat("docker", "tools")
  .filter((workspace) => existsSync(join(import.meta.dirname, workspace, "test")));

/** Returns projects called like their package: `vitest run --project server-epoll`, and `--project 'bench*'` for both kinds. */
function projectsOf(workspace: string, isQuick: boolean) {
  const timed = TIMED[workspace];
  const leftOut = [...configDefaults.exclude, ...((isQuick && SLOW[workspace]) || [])];
  const others = projectOf(workspace, { exclude: [...leftOut, ...(timed ?? [])] });
  if (!timed || isQuick) return [others];
  const { test } = others;
  const alone = { name: `${test.name}-timed`, include: timed, exclude: leftOut, maxWorkers: 1 };
  return [others, { ...others, test: { ...test, ...alone, sequence: { groupOrder: 1 } } }];
}

function projectOf(workspace: string, { exclude }: { exclude: string[] }) {
  const root = join(import.meta.dirname, workspace);
  return {
    extends: true as const,
    test: {
      name: packageName(workspace),
      root,
      globalSetup: [join(root, "test/global-setup.ts")].filter((path) => existsSync(path)),
      setupFiles: (workspace === SHARED ? ["one-at-a-time.ts", "nothing-left.ts"] : ["nothing-left.ts"]).map(
        (file) => join(import.meta.dirname, "tools", file),
      ),
      // Test files share loaded modules, because loading them takes longer than most tests. The lock is loaded for each file.
      isolate: workspace === SHARED,
      include: ["test/**/*.test.ts"],
      exclude,
      sequence: { groupOrder: 0 },
      maxWorkers: FILES_AT_A_TIME,
      maxConcurrency: workspace === WAITING ? 8 : 2,
    },
  };
}

function isSlow(file: string): boolean {
  return Object.entries(SLOW).some(([workspace, patterns]) =>
    patterns.some((pattern) => matchesGlob(relative(import.meta.dirname, file), join(workspace, pattern))),
  );
}

/** Order of test files: without it two workers may end with one long file each after the other. */
class LongFilesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const {
      longest = [],
      shared = [],
      long = [],
      short = [],
    } = Object.groupBy(files, ({ moduleId }) => {
      if (hasEnginesOfItsOwn(moduleId)) return "longest";
      if (relative(import.meta.dirname, moduleId).startsWith(`${SHARED}/`)) return "shared";
      return isSlow(moduleId) ? "long" : "short";
    });
    return [...longest, ...orderFiles({ shared, long, short })];
  }
}

export default defineConfig(({ mode }) => ({
  test: {
    projects: workspaces.flatMap((workspace) => projectsOf(workspace, mode === "quick")),
    sequence: { sequencer: LongFilesFirst },
    // In a measuring project a flake is a finding.
    retry: 0,
    // Bounds of tests that hang. No test judges a time by them: a busy machine may take ten times as long as a quiet one.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
}));
