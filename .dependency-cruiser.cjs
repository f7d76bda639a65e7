const { existsSync, readdirSync } = require("node:fs");
const { join } = require("node:path");

/**
 * Rooms of each workspace, from the top down: a file may import from its own room and from those below. A room is a folder
 * of src, or the files of src that are named, separated by spaces. A file in no room is an error.
 */
const ROOMS = {
  "apps/bench": ["main.ts", "truth", "comparison", "processes", "options.ts text-table.ts"],
  "apps/client": [
    "main.ts",
    "control",
    "output",
    "load",
    "connection",
    "thread",
    "io",
    "measure",
    "workload",
    "contract.ts source-range.ts connects-in-flight.ts",
  ],
  "apps/conformance": [
    "main.ts grade-main.ts judge-main.ts",
    "check",
    "grade",
    "output",
    "sandbox",
    "contract.ts grade-result.ts",
  ],
  "apps/lab": [
    "main.ts",
    "reference",
    "commands",
    "watch/page",
    "watch",
    "capacity",
    "session",
    "results",
    "findings",
    "cell",
    "slices",
    "judgement",
    "evidence",
    "engines/remote",
    "engines/swarm",
    "engines/docker",
    "engines/process",
    "engines",
    "preflight",
    "plan/yaml",
    "plan",
    "plan/foreign",
    "terminal",
  ],
  "apps/report": ["main.ts", "commands", "output", "results", "contract.ts"],
  "apps/soak": [
    "main.ts",
    "table.ts",
    "life.ts",
    "crowd.ts server.ts",
    "growth.ts progress.ts",
    "options.ts",
  ],
  "packages/conformance": [
    "index.ts suite.ts",
    "suite",
    "cases/connections",
    "cases/program",
    "black-box",
    "probe",
    "target",
    "surroundings",
    "harness",
    "programs",
  ],
  "packages/inference": [
    "index.ts",
    "truth",
    "usl",
    "further.ts",
    "verdict.ts",
    "starts.ts",
    "student.ts",
    "interval.ts generator.ts",
  ],
  "packages/process": [
    "index.ts",
    "testing",
    "kept-command.ts",
    "child.ts",
    "stoppable.ts",
    "bounded-log.ts line-queue.ts",
    "command-limits.ts environment.ts free-port.ts printable.ts timers.ts",
    "processors",
    "proc",
  ],
  "packages/report": [
    "index.ts report.ts comparison-report.ts",
    "page",
    "document",
    "details",
    "charts",
    "story",
    "charts/data",
    "experiment-comparison",
    "text",
    "charts/draw",
    "scalability",
    "waits",
    "model",
  ],
  "packages/server": [
    "index.ts run-server.ts",
    "control-plane",
    "data-plane",
    "contract.ts",
    "options.ts limits.ts stop-request.ts",
  ],
  "packages/stats": [
    "index.ts merge-summaries.ts",
    "latency-histogram.ts load-series.ts usage.ts",
    "counts.ts",
    "ledger",
  ],
  "packages/words": [
    "index.ts",
    "rate-claims.ts",
    "claims.ts",
    "comparison-verdict.ts",
    "search.ts comparison.ts answers.ts unmeasured.ts",
    "happenings",
    "phrases",
  ],
};

/** Workspaces a package's src may import from. Apps may import from all packages. */
const PACKAGES = {
  cli: [],
  conformance: ["files", "posix", "process", "protocol"],
  files: [],
  inference: [],
  posix: [],
  process: ["posix"],
  protocol: [],
  report: ["inference", "protocol", "words"],
  server: ["cli", "files", "posix", "protocol", "stats"],
  stats: ["protocol"],
  uring: ["posix"],
  words: ["protocol"],
};

const escaped = (text) => text.replaceAll(".", "\\.");

/** Source files of a room: those of its folder alone, or those named. */
function filesOf(workspace, room) {
  if (!room.includes(".")) return `^${workspace}/src/${room}/[^/]+$`;
  return room
    .split(" ")
    .map((file) => `^${workspace}/src/${escaped(file)}$`)
    .join("|");
}

function foldersOf(folder, prefix = "") {
  const entries = readdirSync(folder, { withFileTypes: true });
  const own = entries.filter((entry) => entry.isFile()).map(({ name }) => ({ prefix, name }));
  const inner = entries.filter((entry) => entry.isDirectory());
  return [...own, ...inner.flatMap(({ name }) => foldersOf(join(folder, name), `${prefix}${name}/`))];
}

/** Source files of a folder, at most: a reader takes in so many names at a glance. */
const FILES_MAX = 12;

function assertFoldersSmall(workspace) {
  const files = foldersOf(join(__dirname, workspace, "src")).filter(({ name }) => name.endsWith(".ts"));
  const full = [...Map.groupBy(files, ({ prefix }) => prefix)].find(([, { length }]) => length > FILES_MAX);
  if (full) throw new Error(`${workspace}/src/${full[0]} has ${full[1].length} files: at most ${FILES_MAX}`);
}

function assertRoomsCover(workspace, rooms) {
  const patterns = rooms.map((room) => new RegExp(filesOf(workspace, room)));
  const stray = foldersOf(join(__dirname, workspace, "src"))
    .map(({ prefix, name }) => `${workspace}/src/${prefix}${name}`)
    .find((file) => !patterns.some((pattern) => pattern.test(file)));
  if (stray) throw new Error(`${stray} is in no room: name its folder in .dependency-cruiser.cjs`);
}

function downwardsIn([workspace, rooms]) {
  assertRoomsCover(workspace, rooms);
  return rooms.slice(1).map((room, index) => ({
    name: `downwards-only: ${workspace}, ${room}`,
    severity: "error",
    from: { path: filesOf(workspace, room) },
    to: { path: rooms.slice(0, index + 1).map((upper) => filesOf(workspace, upper)) },
  }));
}

function allowedFor([name, others]) {
  return {
    name: `packages: ${name}`,
    severity: "error",
    from: { path: `^packages/${name}/src/` },
    to: { path: "^packages/", pathNot: `^packages/(${[name, ...others].join("|")})/` },
  };
}

for (const kind of ["apps", "packages"]) {
  for (const name of readdirSync(join(__dirname, kind))) {
    if (existsSync(join(__dirname, kind, name, "src"))) assertFoldersSmall(`${kind}/${name}`);
  }
}

module.exports = {
  forbidden: [
    {
      name: "no-circular",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "packages-know-no-apps",
      severity: "error",
      from: { path: "^packages/" },
      to: { path: "^apps/" },
    },
    {
      name: "apps-know-no-other-app",
      comment:
        "An app is deployed on its own: what two of them need is a package. The lab starts the others as processes, and reads their contracts.",
      severity: "error",
      from: { path: "^apps/([^/]+)/" },
      to: { path: "^apps/", pathNot: ["^apps/$1/", "^apps/[^/]+/src/contract\\.ts$"] },
    },
    {
      name: "through-the-front-door",
      comment: "Another package is used by its name: its index, or a part that its package.json exports.",
      severity: "error",
      from: { path: "^(packages|apps)/([^/]+)/" },
      to: { path: "^packages/[^/]+/src/", pathNot: "^packages/$2/", dependencyTypes: ["local"] },
    },
    {
      name: "planes-share-memory-only",
      comment: "A module of the other plane would be loaded in this one's thread; a type costs nothing.",
      severity: "error",
      from: { path: "^packages/server/src/(control|data)-plane/" },
      to: {
        path: "^packages/server/src/(control|data)-plane/",
        pathNot: "/$1-plane/",
        dependencyTypesNot: ["type-only"],
      },
    },
    {
      name: "no-unresolvable",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
    ...Object.entries(PACKAGES).map(allowedFor),
    ...Object.entries(ROOMS).flatMap(downwardsIn),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "build/.*\\.node$" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.base.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default"],
      extensions: [".ts", ".js", ".cjs", ".mjs", ".json"],
    },
  },
};
