/**
 * Runs the tests that have a size, at the sizes of the fault catalogue. Rows and sizes stand in
 * packages/process/src/testing/fault-sizes.ts. Arguments go to vitest.
 *
 *     npm run faults:full
 *     npm run faults:full -- --project server-epoll
 */
import { spawnSync } from "node:child_process";
import { SIZE_PAIRS } from "@c10k-lab/process/testing";

const given = process.argv.slice(2);
const projects = given.includes("--project") ? [] : ["--project", "server-*", "--project", "client"];
const title = `(^| )(${Object.keys(SIZE_PAIRS).join("|")})[ ,:]`;
const { status } = spawnSync(
  "vitest",
  ["run", "--no-file-parallelism", "--testNamePattern", title, ...projects, ...given],
  { stdio: "inherit", env: { ...process.env, FULL_SIZES: "1" } },
);
process.exit(status ?? 1);
