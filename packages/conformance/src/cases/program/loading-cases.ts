import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { status } from "@c10k-lab/process";
import { TestProgram, until } from "@c10k-lab/process/testing";
import { expect, test } from "vitest";
import type { Subject } from "../../harness/subject.ts";

const STARTS = 4;
const MOST_RESIDENT_MIB = 60;
const MOST_CPU_MS = 250;

/**
 * Registers the cases of loading. Each thread loads its own copy of a package, for some 5 to 20 MB and 30 to 150 ms.
 */
export function loadingCases(subject: Subject): void {
  let loads: Promise<string[][]> | undefined;
  const listPlainLoads = () => {
    loads ??= listLoads(subject, []);
    return loads;
  };

  test("the data plane loads no third-party package; the control plane no schemas, and prom-client only with --metrics-port", async () => {
    const [plain, dataPlane] = listPackages(await listPlainLoads());
    expect(dataPlane).toEqual([]);
    const rare = ["prom-client", "zod", "hdr-histogram-js"];
    expect(plain?.filter((name) => rare.includes(name))).toEqual([]);
    const [monitored] = listPackages(await listLoads(subject, ["--metrics-port", "0"]));
    expect(monitored).toContain("prom-client");
  });

  test("the control plane loads 50 modules of its own at most, the data plane 40", async () => {
    const own = (await listPlainLoads()).map((modules) =>
      modules.filter((line) => /file:(?!.*\/node_modules\/)/.test(line)),
    );
    expect(own[0]?.length).toBeLessThanOrEqual(50);
    expect(own[1]?.length).toBeLessThanOrEqual(40);
  });

  test("a started server has at most 60 MiB resident, and needs at most 250 ms of CPU time, and four times that of a runtime with two empty threads", async () => {
    const bare = await measureStarts(() => startBareRuntime());
    const server = await measureStarts(() => startServer(subject));
    process.stdout.write(`start: server ${formatStart(server)}; runtime alone ${formatStart(bare)}\n`);
    expect(server.residentMiB).toBeLessThanOrEqual(MOST_RESIDENT_MIB);
    expect(server.cpuMs).toBeLessThanOrEqual(MOST_CPU_MS);
    expect(server.cpuMs / bare.cpuMs).toBeLessThan(4);
  });
}

/** Cost of a start, until the program prints its first line. */
interface Start {
  readonly residentMiB: number;
  readonly cpuMs: number;
}

/** Returns the cheapest of some starts: the first fills Node's compile cache, and other programs may slow any. */
async function measureStarts(start: () => Promise<Start>): Promise<Start> {
  const starts: Start[] = [];
  for (let at = 0; at < STARTS; at++) starts.push(await start());
  return {
    residentMiB: Math.min(...starts.map(({ residentMiB }) => residentMiB)),
    cpuMs: Math.min(...starts.map(({ cpuMs }) => cpuMs)),
  };
}

async function startServer(subject: Subject): Promise<Start> {
  await using server = await subject.start();
  const { userUs, systemUs } = server.listening.usage;
  const start = readStart(server.pid, userUs + systemUs);
  // Node writes its compile cache when a program ends by itself.
  await server.stop();
  return start;
}

async function startBareRuntime(): Promise<Start> {
  const main = new URL("../../programs/bare-runtime.mjs", import.meta.url);
  const program = new TestProgram({ program: "env", args: [process.execPath, fileURLToPath(main)] });
  try {
    await until(() => program.stdout.includes("\n"), "the runtime has started");
    const { userCPUTime, systemCPUTime } = JSON.parse(program.stdout);
    return readStart(program.pid, userCPUTime + systemCPUTime);
  } finally {
    program.signal("SIGTERM");
    await program.exited;
  }
}

function readStart(pid: number, cpuUs: number): Start {
  return { residentMiB: status(pid, "VmRSS") / 1024, cpuMs: cpuUs / 1000 };
}

function formatStart({ residentMiB, cpuMs }: Start): string {
  return `${residentMiB.toFixed(0)} MiB, ${cpuMs.toFixed(0)} ms of CPU time`;
}

/** Returns the names of third-party packages by thread: the control plane's first, then the data plane's. */
function listPackages(loads: readonly string[][]): string[][] {
  return loads.map((modules) => [
    ...new Set(modules.flatMap((line) => /\/node_modules\/((@[^/]+\/)?[^/]+)/.exec(line)?.[1] ?? [])),
  ]);
}

/** Returns the modules that the threads load: the control plane's first, then the data plane's. */
async function listLoads(subject: Subject, args: readonly string[]): Promise<string[][]> {
  const preload = new URL("../../programs/log-loads.ts", import.meta.url);
  // The file lies in the server's own folder, which is its working directory.
  const wrapper = ["env", "LOADS=loads", `NODE_OPTIONS=--import=${preload.href}`];
  await using server = await subject.start({ args, wrapper });
  const lines = readFileSync(`${server.folder}/loads`, "utf8").trimEnd().split("\n");
  return [0, 1].map((thread) => {
    const modules = lines.filter((line) => line.startsWith(`${thread} `));
    expect(modules.length, `modules thread ${thread} loads`).toBeGreaterThan(5);
    return modules;
  });
}
