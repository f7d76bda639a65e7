/** Imports point one way: apps → server | report → stats → posix | protocol. Only posix touches its native binding. */
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
        "An app is deployed on its own: what two of them need is a package. The lab starts the others as processes.",
      severity: "error",
      from: { path: "^apps/([^/]+)/" },
      to: { path: "^apps/", pathNot: "^apps/$1/" },
    },
    {
      name: "protocol-stands-alone",
      severity: "error",
      from: { path: "^packages/(protocol|posix|cli)/src" },
      to: { path: "^packages/", pathNot: "^packages/$1/" },
    },
    {
      name: "stats-knows-protocol-only",
      severity: "error",
      from: { path: "^packages/stats/src" },
      to: { path: "^packages/", pathNot: "^packages/(stats|protocol)/" },
    },
    {
      name: "report-measures-nothing",
      severity: "error",
      from: { path: "^packages/report/src" },
      to: { path: "^packages/", pathNot: "^packages/(report|protocol)/" },
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
