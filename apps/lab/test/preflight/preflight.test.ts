import { describe, expect, test } from "vitest";
import type { MachineLimits } from "../../src/preflight/machine-limits.ts";
import { needsOf } from "../../src/preflight/needs.ts";
import { preflight } from "../../src/preflight/preflight.ts";
import { formatChecks, shortages } from "../../src/preflight/preflight-text.ts";

const NONE = Number.POSITIVE_INFINITY;
const AMPLE: MachineLimits = {
  isRoot: true,
  fileDescriptors: 1_048_576,
  localPorts: { limit: 28_232, used: 32 },
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
const NEEDS = needsOf(["threaded", "select", "epoll"], [10, 10_000]);

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
      "end other programs, or leave out larger cells with --max-connections 6122",
    ],
    [
      "memory.max",
      { groupMemory: { limit: 2 ** 30, used: 2 ** 20, path: "/sys/fs/cgroup/memory.max" } },
      "echo 1455947776 | tee /sys/fs/cgroup/memory.max, or start the container with --memory",
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
  const needs = needsOf(["epoll"], [70_000]);
  expect(shortOf({}, needs).map(({ remedy }) => remedy)).toEqual([
    "leave out cells above 64480 with --max-connections: an address has no more ports",
  ]);
});

test("only the threaded server needs a thread a connection; a small plan needs no long queue", () => {
  const poor = { threadsMax: { limit: 200, used: 100 }, maxMapCount: 600, somaxconn: 128 };
  expect(shortOf(poor, needsOf(["select", "epoll"], [128]))).toEqual([]);
  expect(shortOf(poor, needsOf(["threaded"], [128])).map((one) => one.limit)).toEqual([
    "kernel.threads-max",
    "vm.max_map_count",
  ]);
});

test("the table has every check, and a sentence for each that is short", () => {
  const checks = preflight(NEEDS, { ...AMPLE, memoryBytes: 2 ** 30 });
  const text = formatChecks(checks);
  for (const { resource } of checks) expect(text).toContain(resource);
  expect(text).toContain("no limit");
  expect(text).toMatch(/\nmemory: 1,388 MiB needed, 1,024 MiB available \(MemAvailable\): end .*$/);
});
