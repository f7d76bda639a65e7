import { quote } from "./shell.ts";

/** Limits of a submission. */
export interface Limits {
  readonly memoryBytes: number;
  readonly diskBytes: number;
  readonly processes: number;
}

/** First of the user numbers of submissions. */
const FIRST_USER = 61_000;
/** Longest CPU time of one process, s. */
const CPU_SECONDS = 600;
const DESCRIPTORS = 4096;

/** Returns the user of a submission. Each has one of its own, because the kernel counts processes by user. */
export function userOf(index: number): number {
  return FIRST_USER + (index % 1000);
}

/** Place and rights of a submission. */
export interface Confinement {
  readonly folder: string;
  /** Null for the own user, whose other processes a limit on processes would count too. */
  readonly user: number | null;
  /** Another name of the whole file system; null without namespaces. */
  readonly root: string | null;
}

/**
 * Returns a shell command that runs another one in a folder, with limits and, for root, as a user without rights. The kernel
 * lets nobody whose root was changed by chroot(2) start a user namespace, in which they would mount file systems of any size.
 */
export function confine(command: string, { folder, user, root }: Confinement, limits: Limits): string {
  const numbers = [
    ...(user === null ? [] : [`--nproc=${limits.processes}`]),
    `--fsize=${limits.diskBytes}`,
    `--cpu=${CPU_SECONDS}`,
    `--nofile=${DESCRIPTORS}`,
    "--core=0",
  ];
  const rights =
    user === null
      ? []
      : ["setpriv", `--reuid=${user}`, `--regid=${user}`, "--clear-groups", "--no-new-privs"];
  const environment = [
    "env",
    "-u",
    "LD_PRELOAD",
    "-u",
    "NODE_OPTIONS",
    `HOME=${quote(folder)}`,
    "TMPDIR=/tmp",
  ];
  // A higher score makes the kernel choose this process when memory is short.
  const inner = `echo 1000 > /proc/self/oom_score_adj; cd ${quote(folder)} && ${command}`;
  const place = root === null ? [] : ["chroot", quote(root)];
  return ["exec prlimit", ...numbers, "--", ...place, ...rights, ...environment, "sh -c", quote(inner)].join(
    " ",
  );
}
