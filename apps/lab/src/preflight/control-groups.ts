import { dirname, join } from "node:path";
import { type GroupLimit, left } from "./allowance.ts";
import type { TextFiles } from "./text-files.ts";

/** File names of a limit in one version of control groups. */
interface Spelling {
  readonly limit: string;
  readonly used: string;
}

const UNLIMITED: GroupLimit = { limit: Number.POSITIVE_INFINITY, used: 0, path: null };
/** Version 1 writes the largest number of pages where memory has no limit. */
const V1_UNLIMITED = 2 ** 62;

/** Returns the limit on tasks of the control group that has the fewest left. */
export function groupTasks(files: TextFiles): GroupLimit {
  const spelling = { limit: "pids.max", used: "pids.current" };
  return tightest(files, "pids", { v1: spelling, v2: spelling }, () => 0);
}

/** Returns the limit on memory of the control group that has the least left. Reclaimable file pages do not count as used. */
export function groupMemory(files: TextFiles): GroupLimit {
  const spellings = {
    v1: { limit: "memory.limit_in_bytes", used: "memory.usage_in_bytes" },
    v2: { limit: "memory.max", used: "memory.current" },
  };
  return tightest(files, "memory", spellings, (folder) => inactiveFileBytes(files, folder));
}

/** Returns the quota of CPU time, in processors. */
export function groupProcessors(files: TextFiles): number {
  const quotas = folders(files, "cpu").map((folder) => {
    const v2 = files.read(join(folder, "cpu.max"))?.split(" ");
    const quota = v2?.[0] ?? files.read(join(folder, "cpu.cfs_quota_us"));
    const period = v2?.[1] ?? files.read(join(folder, "cpu.cfs_period_us"));
    return toNumber(quota) < 0 ? Number.POSITIVE_INFINITY : toNumber(quota) / Number(period ?? 1);
  });
  return Math.min(...quotas, Number.POSITIVE_INFINITY);
}

/** Returns the time for which quotas have paused the control groups of this process, ms. */
export function groupThrottledMs(files: TextFiles): number {
  const times = folders(files, "cpu").map((folder) => {
    const stat = files.read(join(folder, "cpu.stat")) ?? "";
    const us = /^throttled_usec (\d+)$/m.exec(stat)?.[1];
    const ns = /^throttled_time (\d+)$/m.exec(stat)?.[1];
    return us === undefined ? Number(ns ?? 0) / 1e6 : Number(us) / 1e3;
  });
  return Math.max(0, ...times);
}

function tightest(
  files: TextFiles,
  controller: string,
  { v1, v2 }: { readonly v1: Spelling; readonly v2: Spelling },
  reclaimable: (folder: string) => number,
): GroupLimit {
  const limits = folders(files, controller).map((folder): GroupLimit => {
    const names = files.read(join(folder, v2.limit)) === null ? v1 : v2;
    const limit = toNumber(files.read(join(folder, names.limit)));
    const used = Number(files.read(join(folder, names.used)) ?? 0) - reclaimable(folder);
    return limit >= V1_UNLIMITED ? UNLIMITED : { limit, used, path: join(folder, names.limit) };
  });
  return limits.reduce((least, limit) => (left(limit) < left(least) ? limit : least), UNLIMITED);
}

/** Returns the group's folder for a controller and its parents' up to the mount; the limits of all of them apply. */
function folders(files: TextFiles, controller: string): string[] {
  const lines = (files.read("/proc/self/cgroup") ?? "").trim().split("\n");
  return lines.flatMap((line) => {
    const [, controllers = "", ...path] = line.split(":");
    const isOurs = controllers === "" || controllers.split(",").includes(controller);
    const mount = isOurs ? mountPoint(files, controllers === "" ? null : controller) : null;
    return mount === null ? [] : upwards(mount, join(mount, path.join(":")));
  });
}

/** Finds a mount point in the lines of proc_pid_mountinfo(5): …, mount point, options, optional fields, "-", type, source, options of the file system. */
function mountPoint(files: TextFiles, v1Controller: string | null): string | null {
  for (const line of (files.read("/proc/self/mountinfo") ?? "").split("\n")) {
    const [mount = "", system = ""] = line.split(" - ");
    const [type, , options = ""] = system.split(" ");
    const isIt =
      v1Controller === null
        ? type === "cgroup2"
        : type === "cgroup" && options.split(",").includes(v1Controller);
    if (isIt) return mount.split(" ")[4] ?? null;
  }
  return null;
}

function upwards(mount: string, folder: string): string[] {
  return folder.length <= mount.length ? [mount] : [folder, ...upwards(mount, dirname(folder))];
}

function inactiveFileBytes(files: TextFiles, folder: string): number {
  const stat = files.read(join(folder, "memory.stat")) ?? "";
  const bytesOf = (name: string) => new RegExp(`^${name} (\\d+)$`, "m").exec(stat)?.[1];
  // Version 1 counts subgroups in the total only.
  return Number(bytesOf("total_inactive_file") ?? bytesOf("inactive_file") ?? 0);
}

/** Reads a number; "max" and a missing file are no limit. */
function toNumber(text: string | null | undefined): number {
  const value = Number.parseInt(text ?? "", 10);
  return Number.isNaN(value) ? Number.POSITIVE_INFINITY : value;
}
