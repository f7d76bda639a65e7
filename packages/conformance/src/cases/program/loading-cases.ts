import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Subject } from "../../harness/subject.ts";

/** Every thread has its own copy of what it loads: 5 to 20 MB and 30 to 150 ms each for some packages. */
export function loadingCases(subject: Subject): void {
  test("the thread that serves loads no package from the registry", async () => {
    const [, dataPlane] = await loadedPackages(subject, []);
    expect(dataPlane).toEqual([]);
  });

  test("the other loads no schemas, and what monitoring takes only when it is asked for", async () => {
    const [plain] = await loadedPackages(subject, []);
    const rare = ["prom-client", "zod", "hdr-histogram-js"];
    expect(plain?.filter((name) => rare.includes(name))).toEqual([]);
    const [monitored] = await loadedPackages(subject, ["--metrics-port", "0"]);
    expect(monitored).toContain("prom-client");
  });
}

/** Names of the packages from the registry by thread: the control plane's first, then the data plane's. */
async function loadedPackages(subject: Subject, args: readonly string[]): Promise<string[][]> {
  const preload = new URL("../../harness/log-loads.ts", import.meta.url);
  // The server's working directory is a folder of its own.
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
