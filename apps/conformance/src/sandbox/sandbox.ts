import { spawn } from "node:child_process";
import { lstatSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { callAfter, isAlive } from "@c10k-lab/process";
import { quote } from "./shell.ts";

const NAMESPACES = ["--net", "--pid", "--mount", "--ipc", "--uts", "--fork", "--kill-child", "--mount-proc"];
/** Start of a command that ends with this process, even after SIGKILL. */
const WITH_PARENT = ["setpriv", "--pdeathsig", "KILL"];
/** Folders that any user may write to. */
const SHARED_FOLDERS = ["/tmp", "/var/tmp", "/dev/shm"];
/** Exit codes of the set-up. */
const BROKEN = 97;
export const NOT_COPIED = 96;
/** Folders in the stage: the root of the submission's processes, and the judge's own files. */
export const ROOT = "root";
export const JUDGE_FILES = "judge";
/** Size of a file system of the judge's own: a submission that fills its disk takes none of it. */
const JUDGE_BYTES = 16 * 2 ** 20;
const FILES_MAX = 100_000;
/** Start of a stage's name; the number of the process that uses it follows. */
const STAGE = "c10k-grade-";
/** Parents of stages. With namespaces nothing of a stage is outside them, and /tmp is covered inside. */
const STAGE_PARENTS = { namespaces: "/run", limits: tmpdir() };
const KILL_GRACE_MS = 5000;
const STDERR_KEPT = 2000;

/**
 * Kind of sandbox that this machine allows. `namespaces`: a network with loopback only, processes and file systems of
 * its own, a user without rights. `limits`: only limits on each process.
 */
export type Isolation = "namespaces" | "limits";

/** Returns "namespaces" for root where unshare(1) works. */
export async function findIsolation(): Promise<Isolation> {
  if (process.getuid?.() !== 0) return "limits";
  const { code } = await collect(["unshare", ...NAMESPACES, "ip", "link", "set", "lo", "up"], 5000);
  return code === 0 ? "namespaces" : "limits";
}

export interface Jail {
  readonly isolation: Isolation;
  /** Folder that is copied into the sandbox. */
  readonly source: string;
  /** Folders that are empty in the sandbox: other submissions, and what is known of them. Only with namespaces. */
  readonly hidden: readonly string[];
  readonly diskBytes: number;
  readonly timeoutMs: number;
}

export interface JailedResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly isLate: boolean;
}

/**
 * Runs a module of this project in a sandbox. Its first argument is a folder with the copy, `work`, and with room for
 * files. With namespaces the end of the module ends every process in them, and all files are in memory.
 */
export async function runJailed(jail: Jail, module: string, args: readonly string[]): Promise<JailedResult> {
  const hasNamespaces = jail.isolation === "namespaces";
  const stage = mkdtempSync(join(STAGE_PARENTS[jail.isolation], `${STAGE}${process.pid}-`));
  const remove = () => rmSync(stage, { recursive: true, force: true });
  process.once("exit", remove);
  const copy = `cp -a ${quote(jail.source)} ${quote(stage)}/work || exit ${NOT_COPIED}`;
  const run = [process.execPath, module, stage, ...args].map(quote).join(" ");
  try {
    if (!hasNamespaces)
      return await collect([...WITH_PARENT, "sh", "-c", `${copy}; exec ${run}`], jail.timeoutMs);
    // The shell stays: as the first process of the namespace it reaps orphans.
    const lines = [
      ...setUp(stage, copy, jail, module).map((line) => `${line} || exit ${BROKEN}`),
      run,
      "exit $?",
    ];
    return await collect(
      [...WITH_PARENT, "unshare", ...NAMESPACES, "sh", "-c", lines.join("\n")],
      jail.timeoutMs,
    );
  } finally {
    remove();
    process.off("exit", remove);
  }
}

/** Removes the stages of this user's programs that were killed and could not do it themselves. */
export function removeLeftStages(): void {
  for (const parent of Object.values(STAGE_PARENTS)) {
    for (const name of readdirSync(parent)) {
      const pid = Number(/^(\d+)-/.exec(name.startsWith(STAGE) ? name.slice(STAGE.length) : "")?.[1]);
      const path = join(parent, name);
      if (pid > 0 && !isAlive(pid) && lstatSync(path).uid === process.getuid?.())
        rmSync(path, { recursive: true, force: true });
    }
  }
}

/** Returns the commands that bring loopback up, copy the folder, hide others, mount file systems of bounded size, and name the root. */
function setUp(stage: string, copy: string, { diskBytes, hidden }: Jail, module: string): string[] {
  const mount = (folder: string, bytes = diskBytes) =>
    `mount -t tmpfs -o size=${bytes},nr_inodes=${FILES_MAX},mode=1777 none ${quote(folder)}`;
  const hide = (folder: string) => `mount -t tmpfs -o ro,size=4k,mode=700 none ${quote(folder)}`;
  // A folder that holds this project cannot be covered.
  const isOther = (folder: string) => !module.startsWith(`${folder}/`);
  const covered = SHARED_FOLDERS.filter(isOther);
  return [
    "ip link set lo up",
    mount(stage),
    copy,
    ...hidden.filter(isOther).map(hide),
    ...covered.map((folder) => mount(folder)),
    `mkdir ${quote(join(stage, JUDGE_FILES))} ${quote(join(stage, ROOT))}`,
    mount(join(stage, JUDGE_FILES), JUDGE_BYTES),
    `mount --rbind / ${quote(join(stage, ROOT))}`,
    // Without the file systems mounted in it: those in memory stay writable.
    `mount -o remount,bind,ro ${quote(join(stage, ROOT))}`,
  ];
}

async function collect([program = "", ...args]: readonly string[], timeoutMs: number): Promise<JailedResult> {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], detached: true });
  let stdout = "";
  let stderr = "";
  let isLate = false;
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr = (stderr + text).slice(-STDERR_KEPT);
  });
  const cancel = callAfter(timeoutMs, () => {
    isLate = true;
    child.kill("SIGTERM");
  });
  const relent = callAfter(timeoutMs + KILL_GRACE_MS, () => child.kill("SIGKILL"));
  const code = await new Promise<number | null>((resolve) => {
    child.once("close", resolve);
    child.once("error", () => resolve(null));
  });
  cancel();
  relent();
  return { code, stdout, stderr, isLate };
}
