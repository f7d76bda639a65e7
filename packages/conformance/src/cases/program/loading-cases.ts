import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Subject } from "../../harness/subject.ts";

/**
 * Registers the cases of loading. Each thread loads its own copy of a package, for some 5 to 20 MB and 30 to 150 ms.
 */
export function loadingCases(subject: Subject): void {
  test("the data plane loads no third-party package; the control plane no schemas, and prom-client only with --metrics-port", async () => {
    const [plain, dataPlane] = await listLoadedPackages(subject, []);
    expect(dataPlane).toEqual([]);
    const rare = ["prom-client", "zod", "hdr-histogram-js"];
    expect(plain?.filter((name) => rare.includes(name))).toEqual([]);
    const [monitored] = await listLoadedPackages(subject, ["--metrics-port", "0"]);
    expect(monitored).toContain("prom-client");
  });
}

/** Returns the names of third-party packages by thread: the control plane's first, then the data plane's. */
async function listLoadedPackages(subject: Subject, args: readonly string[]): Promise<string[][]> {
  const preload = new URL("../../harness/log-loads.ts", import.meta.url);
  // The file lies in the server's own folder, which is its working directory.
  const wrapper = ["env", "LOADS=loads", `NODE_OPTIONS=--import=${preload.href}`];
  await using server = await subject.start({ args, wrapper });
  const lines = readFileSync(`${server.folder}/loads`, "utf8").trimEnd().split("\n");
  return [0, 1].map((thread) => {
    const modules = lines.filter((line) => line.startsWith(`${thread} `));
    expect(modules.length, `modules thread ${thread} loads`).toBeGreaterThan(5);
    return [
      ...new Set(modules.flatMap((line) => /\/node_modules\/((@[^/]+\/)?[^/]+)/.exec(line)?.[1] ?? [])),
    ];
  });
}
