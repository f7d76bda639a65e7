// Limits the number of open files to NOFILE. Compose's `ulimits` is no alternative: an engine with a lower limit of its
// own starts no container then and reports "error setting rlimit type 7".
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** Lowers both limits to `wanted`. When the engine gives less, prints a warning and keeps its limit. */
export function limitOpenFiles(wanted) {
  if (!/^[1-9]\d*$/.test(wanted)) {
    process.stderr.write(`NOFILE: '${wanted}' is not a number of files\n`);
    process.exit(2);
  }
  const most = hardLimit();
  if (most < Number(wanted)) {
    process.stderr.write(
      `NOFILE: this engine lets a container open ${most} files, not ${wanted}: raise its default-ulimits, or lower NOFILE\n`,
    );
  } else {
    // Node has no setrlimit(2); prlimit belongs to util-linux, which is essential in Debian.
    execFileSync("prlimit", ["--pid", String(process.pid), `--nofile=${wanted}:${wanted}`]);
  }
}

function hardLimit() {
  const [, hard] = /^Max open files\s+\S+\s+(\S+)/m.exec(readFileSync("/proc/self/limits", "utf8"));
  return hard === "unlimited" ? Number.POSITIVE_INFINITY : Number(hard);
}
