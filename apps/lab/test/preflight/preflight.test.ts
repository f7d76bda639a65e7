import { describe, expect, test } from "vitest";
import { cellsOf } from "../../src/plan/cells.ts";
import { parsePlan } from "../../src/plan/yaml/plan-file.ts";
import { holdingsOf } from "../../src/preflight/holdings.ts";
import type { MachineLimits } from "../../src/preflight/machine-limits.ts";
import { needsOf } from "../../src/preflight/needs.ts";
import { preflight } from "../../src/preflight/preflight.ts";
import { formatChecks, shortages } from "../../src/preflight/preflight-text.ts";
import { scenesOf } from "../../src/preflight/scenes.ts";

const NONE = Number.POSITIVE_INFINITY;
const AMPLE: MachineLimits = {
  isRoot: true,
  fileDescriptors: 1_048_576,
  openFiles: { limit: 2_400_000, used: 1000 },
  localPorts: { limit: 28_232, used: 32 },
  tracked: { limit: NONE, used: 0 },
  somaxconn: 4096,
  tcpMaxSynBacklog: 4096,
  threadsMax: { limit: 200_000, used: 100 },
  pidMax: { limit: 4_194_304, used: 400 },
  userProcesses: { limit: NONE, used: 0 },
  groupTasks: { limit: NONE, used: 0, path: null },
  maxMapCount: 65_530,
  memoryBytes: 16 * 2 ** 30,
  groupMemory: { limit: NONE, used: 0, path: null },
  processors: 2,
  groupProcessors: NONE,
  cpu: { idlePercent: 99, stolenPercent: 0 },
  loadAverage: 0.1,
};

/** Returns a plan of these variants that varies the connections. */
const plan = (variants: string, values: readonly number[], rest = "") =>
  parsePlan(
    "mine",
    `question: Q\nabout: A\nvary: connections\nvalues: [${values.join(", ")}]\nvariants: {${variants}}\n${rest}`,
  );
const needsFor = (...given: Parameters<typeof plan>) => needsOf(scenesOf(plan(...given)));
const THREE = "threaded: , select: {options: {fd-setsize: 20000}}, epoll: ";
const NEEDS = needsFor(THREE, [10, 10_000]);

const shortOf = (change: Partial<MachineLimits>, needs = NEEDS) =>
  preflight(needs, { ...AMPLE, ...change }).filter(({ status }) => status === "short");

test("an ample machine has enough of every resource, and no remedy is printed", () => {
  const checks = preflight(NEEDS, AMPLE);
  expect(checks.map(({ status }) => status)).toEqual(checks.map(() => "ok"));
  expect(checks.every(({ remedy }) => remedy === null)).toBe(true);
  expect(shortages(checks)).toEqual([]);
});

describe("a shortage is reported with its limit and the command that removes it", () => {
  test.each<[string, Partial<MachineLimits>, string]>([
    ["RLIMIT_NOFILE", { fileDescriptors: 10_039 }, "ulimit -n 10040"],
    [
      "net.ipv4.ip_local_port_range",
      { localPorts: { limit: 10_000, used: 1 } },
      'sysctl -w net.ipv4.ip_local_port_range="1024 65535"',
    ],
    ["net.core.somaxconn", { somaxconn: 128 }, "sysctl -w net.core.somaxconn=4096"],
    ["net.ipv4.tcp_max_syn_backlog", { tcpMaxSynBacklog: 256 }, "sysctl -w net.ipv4.tcp_max_syn_backlog=342"],
    [
      "kernel.threads-max",
      { threadsMax: { limit: 10_100, used: 100 } },
      "sysctl -w kernel.threads-max=10136",
    ],
    ["kernel.pid_max", { pidMax: { limit: 4096, used: 400 } }, "sysctl -w kernel.pid_max=10436"],
    ["RLIMIT_NPROC", { userProcesses: { limit: 4096, used: 64 } }, "ulimit -u 10100"],
    [
      "pids.max",
      { groupTasks: { limit: 512, used: 12, path: "/sys/fs/cgroup/pids.max" } },
      "echo 10048 | tee /sys/fs/cgroup/pids.max, or start the container with --pids-limit",
    ],
    ["vm.max_map_count", { maxMapCount: 20_499 }, "sysctl -w vm.max_map_count=20500"],
    [
      "MemAvailable",
      { memoryBytes: 2 ** 30 },
      "end other programs, or leave out larger cells with --max-connections 8274",
    ],
    [
      "memory.max",
      { groupMemory: { limit: 2 ** 30, used: 2 ** 20, path: "/sys/fs/cgroup/memory.max" } },
      "echo 1249689600 | tee /sys/fs/cgroup/memory.max, or start the container with --memory",
    ],
    ["affinity", { processors: 1 }, "taskset -c 0,1"],
    ["cpu.max", { groupProcessors: 1.5 }, "--cpus 2"],
    ["/proc/stat", { cpu: { idlePercent: 60, stolenPercent: 0 }, loadAverage: 3.2 }, "3.20"],
    ["/proc/stat", { cpu: { idlePercent: 97, stolenPercent: 3 } }, "the hypervisor"],
  ])("%s", (limit, change, remedy) => {
    expect(shortOf(change)).toEqual([
      expect.objectContaining({ limit, remedy: expect.stringContaining(remedy) }),
    ]);
  });
});

test("a machine with exactly the amount needed is not short", () => {
  expect(shortOf({ fileDescriptors: 10_040, localPorts: { limit: 10_000, used: 0 } })).toEqual([]);
});

test("a remedy for a user who is not root begins with sudo", () => {
  const remedies = shortOf({ isRoot: false, fileDescriptors: 1024, somaxconn: 128 }).map(
    ({ remedy }) => remedy,
  );
  expect(remedies).toEqual([
    "sudo prlimit --pid $$ --nofile=10040:10040",
    "sudo sysctl -w net.core.somaxconn=4096",
  ]);
});

test("more connections than an address has ports: the remedy is a smaller plan", () => {
  const needs = needsFor("epoll: ", [70_000]);
  expect(shortOf({}, needs).map(({ remedy }) => remedy)).toEqual([
    "give the load 'source: 127.0.0.1/24' (254 addresses), or leave out cells above 64480 with --max-connections: an address has no more ports",
  ]);
});

test("only the threaded server needs a thread a connection; a small plan needs no long queue", () => {
  const poor = { threadsMax: { limit: 200, used: 100 }, maxMapCount: 600, somaxconn: 128 };
  expect(shortOf(poor, needsFor("select: , epoll: ", [128]))).toEqual([]);
  expect(shortOf(poor, needsFor("threaded: ", [128])).map((one) => one.limit)).toEqual([
    "kernel.threads-max",
    "vm.max_map_count",
  ]);
});

test("the table has every check, and a sentence for each that is short", () => {
  const checks = preflight(NEEDS, { ...AMPLE, memoryBytes: 2 ** 30 });
  const text = formatChecks(checks, NEEDS.memory, []);
  for (const { resource } of checks) expect(text).toContain(resource);
  expect(text).toContain("no limit");
  expect(text).toMatch(/\nmemory: 1,191 MiB needed, 1,024 MiB available \(MemAvailable\): end .*$/);
});

describe("limits of a plan with many processes and addresses", () => {
  const MANY = "clients: [10]\nload: { source: 127.0.0.1/24 }";

  test("descriptors are of the fullest process, open files of all, ports of a pair of addresses", () => {
    const needs = needsFor("epoll: { processes: 6 }", [100_000], MANY);
    expect(needs).toMatchObject({
      fileDescriptors: 17_501 + 40, // a sixth, and 5 % because the kernel divides by a hash
      openFiles: 200_000 + 16 * 40,
      localPorts: 394,
      threads: 17 * 12,
    });
    const each = needsFor("epoll: { connections-per-server: 25000 }", [100_000], "clients: [3]");
    expect(each).toMatchObject({ fileDescriptors: 25_000 + 40, localPorts: 25_000 });
  });

  test("variants that are up together in slices need the memory of both, but the descriptors of one", () => {
    const one = needsFor("epoll: ", [1000], "measure: slices");
    const two = needsFor("epoll: , poll: ", [1000], "measure: slices");
    expect(two.connections).toBe(2000);
    expect(two.fileDescriptors).toBe(one.fileDescriptors);
    expect(two.memory.kernel).toBe(2 * one.memory.kernel);
  });

  test("open files and tracked connections that are short are reported", () => {
    const needs = needsFor("epoll: { processes: 6 }", [100_000], MANY);
    const short = shortOf(
      { openFiles: { limit: 100_000, used: 1000 }, tracked: { limit: 65_536, used: 10 } },
      needs,
    );
    expect(short.map(({ remedy }) => remedy)).toEqual([
      "sysctl -w fs.file-max=201640",
      "sysctl -w net.netfilter.nf_conntrack_max=100010",
    ]);
  });

  test("doctor knows beforehand how much each variant will hold, and the limit that ends it", () => {
    const small = { ...AMPLE, fileDescriptors: 20_000, memoryBytes: 2 ** 40 };
    const variants = "threaded: , select: , epoll: { processes: 6 }, wide: { server: epoll, processes: 2 }";
    expect(holdingsOf(scenesOf(plan(variants, [1000, 100_000], MANY)), small)).toEqual([
      { variant: "select", asked: 100_000, held: 984, limit: "--fd-setsize" },
      { variant: "threaded", asked: 100_000, held: 19_960, limit: "RLIMIT_NOFILE" },
      { variant: "wide", asked: 100_000, held: 38_019, limit: "RLIMIT_NOFILE" },
    ]);
    const poor = { ...small, pidMax: { limit: 5000, used: 400 }, memoryBytes: 1.5 * 2 ** 30 };
    const held = holdingsOf(scenesOf(plan("threaded: , epoll: { processes: 6 }", [100_000], MANY)), poor);
    expect(held.map(({ limit }) => limit)).toEqual(["kernel.pid_max", "MemAvailable"]);
    expect(held[0]?.held).toBe(5000 - 400 - 12 * 12);
  });

  test("a search has its servers up one by one while it tries connections, and together while it tries rates", () => {
    const search =
      "search: {connections: {from: 10, to: 500, rate: 100}, rate: {from: 5, to: 50, connections: 20}, slo: {p99: 9ms, achieved: 95%, failures: 0}, precision: 10%}";
    const found = parsePlan(
      "search",
      `question: Q\nabout: A\nload: {duration: 1s}\nvariants: {threaded: , epoll: }\n${search}`,
    );
    const scenes = scenesOf(found).map((scene) =>
      scene.map(({ variant, connections }) => `${variant} ${connections}`),
    );
    expect(scenes).toEqual([["threaded 500"], ["epoll 500"], ["threaded 20", "epoll 20"]]);
  });

  test("a plan whose connections come and go needs those of a tenth of a second", () => {
    const churn = parsePlan(
      "churn",
      "question: Q\nabout: A\nvary: connect-rate\nvalues: [2000]\nload: {connections: 10s}\nvariants: {epoll: }",
    );
    expect(cellsOf(churn)[0]?.connections).toBe(20_000);
    expect(needsOf(scenesOf(churn)).connections).toBe(200);
  });
});
