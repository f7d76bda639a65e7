import { describe, expect, test } from "vitest";
import {
  groupMemory,
  groupProcessors,
  groupTasks,
  groupThrottledMs,
} from "../../src/preflight/control-groups.ts";
import { cpuShares, lookAtCpu } from "../../src/preflight/cpu-look.ts";
import { localPorts } from "../../src/preflight/local-ports.ts";
import { readKernelLimits, readMachineLimits, threadsOf } from "../../src/preflight/machine-limits.ts";
import type { TextFiles } from "../../src/preflight/text-files.ts";

/** Files as a test makes them up. */
function filesOf(texts: Readonly<Record<string, string>>): TextFiles {
  const isBelow = (folder: string) => (path: string) => path.startsWith(`${folder}/`);
  return {
    read: (path) => texts[path] ?? null,
    list: (folder) =>
      Object.keys(texts)
        .filter(isBelow(folder))
        .map((path) => path.split("/")[2] ?? ""),
  };
}

const NO_LIMIT = { limit: Number.POSITIVE_INFINITY, used: 0, path: null };

describe("local ports", () => {
  const range = { "/proc/sys/net/ipv4/ip_local_port_range": "40000\t40099\n" };
  const head = "  sl  local_address rem_address   st tx_queue\n";
  const socket = (address: string, port: number, state: string) =>
    `   0: ${address}:${port.toString(16).toUpperCase()} 0100007F:2710 ${state} 00000000:00000000\n`;
  const sockets =
    head +
    socket("0100007F", 40_000, "01") +
    socket("00000000", 40_001, "0A") +
    socket("0100000A", 40_002, "01") +
    socket("0100007F", 10_000, "0A") +
    socket("0100007F", 40_003, "06");

  test("a port taken on loopback or on every address is not available", () => {
    expect(localPorts(filesOf({ ...range, "/proc/net/tcp": sockets }))).toEqual({ limit: 100, used: 2 });
  });

  test("a port in TIME_WAIT is not available where the kernel does not reuse it", () => {
    const files = { ...range, "/proc/net/tcp": sockets };
    const used = (reuse: string) =>
      localPorts(filesOf({ ...files, "/proc/sys/net/ipv4/tcp_tw_reuse": `${reuse}\n` })).used;
    expect([used("0"), used("1"), used("2")]).toEqual([3, 2, 2]);
  });

  test("reserved ports inside the range count once, also when they are taken", () => {
    const reserved = { "/proc/sys/net/ipv4/ip_local_reserved_ports": "8080,39999-40001,40050\n" };
    expect(localPorts(filesOf({ ...range, ...reserved, "/proc/net/tcp": sockets })).used).toBe(3);
    expect(localPorts(filesOf({ ...range, "/proc/sys/net/ipv4/ip_local_reserved_ports": "\n" })).used).toBe(
      0,
    );
  });

  test("IPv6 sockets on every address, and IPv4-mapped ones, take ports as well", () => {
    const tcp6 =
      head +
      socket("0".repeat(32), 40_010, "0A") +
      socket("0000000000000000FFFF00000100007F", 40_011, "01") +
      socket("00000000000000000000000001000000", 40_012, "0A");
    expect(localPorts(filesOf({ ...range, "/proc/net/tcp6": tcp6 })).used).toBe(2);
  });
});

describe("control groups, version 2", () => {
  const base = {
    "/proc/self/cgroup": "0::/user.slice/job\n",
    "/proc/self/mountinfo":
      "24 1 8:1 / / rw - ext4 /dev/sda rw\n31 24 0:28 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n",
  };
  const group = (path: string, texts: Record<string, string>) =>
    Object.fromEntries(Object.entries(texts).map(([name, text]) => [`/sys/fs/cgroup${path}/${name}`, text]));

  test("a missing file, or max, is no limit", () => {
    expect(groupTasks(filesOf(base))).toEqual(NO_LIMIT);
    const files = filesOf({
      ...base,
      ...group("/user.slice/job", { "pids.max": "max\n", "cpu.max": "max 100000\n" }),
    });
    expect([groupTasks(files), groupMemory(files)]).toEqual([NO_LIMIT, NO_LIMIT]);
    expect(groupProcessors(files)).toBe(Number.POSITIVE_INFINITY);
  });

  test("the group or the parent with the least left counts", () => {
    const files = filesOf({
      ...base,
      ...group("/user.slice/job", { "pids.max": "500\n", "pids.current": "5\n" }),
      ...group("/user.slice", { "pids.max": "1000\n", "pids.current": "900\n" }),
    });
    expect(groupTasks(files)).toEqual({ limit: 1000, used: 900, path: "/sys/fs/cgroup/user.slice/pids.max" });
  });

  test("trial 24: the time for which a quota paused the group or a parent is known", () => {
    const files = filesOf({
      ...base,
      ...group("/user.slice/job", { "cpu.stat": "usage_usec 9\nnr_throttled 0\nthrottled_usec 0\n" }),
      ...group("/user.slice", { "cpu.stat": "nr_throttled 130\nthrottled_usec 7600000\n" }),
    });
    expect(groupThrottledMs(files)).toBe(7600);
    expect(groupThrottledMs(filesOf({}))).toBe(0);
  });

  test("reclaimable file pages are not counted as used memory", () => {
    const files = filesOf({
      ...base,
      ...group("/user.slice/job", {
        "memory.max": "1000000\n",
        "memory.current": "600000\n",
        "memory.stat": "anon 1\nactive_file 7\ninactive_file 400000\n",
      }),
    });
    expect(groupMemory(files)).toMatchObject({ limit: 1_000_000, used: 200_000 });
  });

  test("a quota of time is a number of processors", () => {
    const files = filesOf({ ...base, ...group("/user.slice", { "cpu.max": "150000 100000\n" }) });
    expect(groupProcessors(files)).toBe(1.5);
  });
});

describe("control groups, version 1", () => {
  const base = {
    "/proc/self/cgroup": "8:pids:/docker/c1\n4:memory:/docker/c1\n2:cpu,cpuacct:/\n1:name=systemd:/\n0::/\n",
    "/proc/self/mountinfo": [
      "39 31 0:36 / /sys/fs/cgroup/pids ro - cgroup cgroup rw,pids",
      "35 31 0:32 / /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory",
      "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct ro - cgroup cgroup rw,cpu,cpuacct",
      "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw",
    ].join("\n"),
  };

  test("each controller has a hierarchy; a container sees its own group at the mount", () => {
    const files = filesOf({
      ...base,
      "/sys/fs/cgroup/pids/pids.max": "200\n",
      "/sys/fs/cgroup/pids/pids.current": "20\n",
      "/sys/fs/cgroup/memory/memory.limit_in_bytes": "1000\n",
      "/sys/fs/cgroup/memory/memory.usage_in_bytes": "700\n",
      "/sys/fs/cgroup/memory/memory.stat": "inactive_file 1\ntotal_inactive_file 100\n",
      "/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "50000\n",
      "/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000\n",
    });
    expect(groupTasks(files)).toEqual({ limit: 200, used: 20, path: "/sys/fs/cgroup/pids/pids.max" });
    expect(groupMemory(files)).toMatchObject({ limit: 1000, used: 600 });
    expect(groupProcessors(files)).toBe(0.5);
  });

  test("-1 and the largest number of pages are no limit", () => {
    const files = filesOf({
      ...base,
      "/sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
      "/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "-1\n",
      "/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000\n",
    });
    expect(groupMemory(files)).toEqual(NO_LIMIT);
    expect(groupProcessors(files)).toBe(Number.POSITIVE_INFINITY);
  });
});

test("time waiting for disks counts as idle, stolen time does not", () => {
  const look = (text: string) => lookAtCpu(filesOf({ "/proc/stat": `${text}\ncpu0 1 1 1 1\n` }));
  const before = look("cpu  100 0 100 1000 50 0 10 40 7 0");
  const after = look("cpu  120 0 110 1050 60 0 10 50 9 0");
  expect(cpuShares(before, after)).toEqual({ idlePercent: 60, stolenPercent: 10 });
  expect(cpuShares(before, before)).toEqual({ idlePercent: 100, stolenPercent: 0 });
});

test("a user's threads are those of all the processes", () => {
  const status = (uid: number, threads: number) => `Name:\tx\nUid:\t${uid}\t0\t0\t0\nThreads:\t${threads}\n`;
  const files = filesOf({
    "/proc/1/status": status(0, 1),
    "/proc/20/status": status(1000, 8),
    "/proc/21/status": status(1000, 3),
    "/proc/stat": "cpu 1\n",
  });
  expect(threadsOf(files, 1000)).toBe(11);
});

test("a setting that the kernel does not have is no limit", () => {
  const limits = readKernelLimits(
    filesOf({
      "/proc/loadavg": "0.28 3.23 17.08 1/106 3845\n",
      "/proc/meminfo": "MemTotal:  100 kB\nMemAvailable:   64 kB\n",
      "/proc/sys/net/core/somaxconn": "4096\n",
      "/proc/sys/kernel/threads-max": "192730\n",
      "/proc/sys/kernel/pid_max": "32768\n",
    }),
  );
  expect(limits).toMatchObject({
    loadAverage: 0.28,
    memoryBytes: 65_536,
    somaxconn: 4096,
    threadsMax: { limit: 192_730, used: 106 },
    pidMax: { limit: 32_768, used: 406 },
    maxMapCount: Number.POSITIVE_INFINITY,
    groupTasks: NO_LIMIT,
  });
});

test("every limit of this machine is a number", async () => {
  const { localPorts, somaxconn, threadsMax, memoryBytes, processors, cpu } = await readMachineLimits();
  for (const value of [localPorts.limit, somaxconn, threadsMax.used, memoryBytes, processors]) {
    expect(value).toBeGreaterThan(0);
  }
  expect(cpu.idlePercent + cpu.stolenPercent).toBeLessThanOrEqual(101);
});
