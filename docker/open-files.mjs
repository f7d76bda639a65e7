// The number of files a process may open, as NOFILE asks. Not compose's `ulimits`: an engine that may not give that many
// starts no container then, and says "error setting rlimit type 7".
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** Lowers both limits to `wanted`; where the engine gives less, says so and goes on with that. */
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
    // Node has no setrlimit(2); prlimit is of Debian's essential util-linux.
    execFileSync("prlimit", ["--pid", String(process.pid), `--nofile=${wanted}:${wanted}`]);
  }
}

function hardLimit() {
  const [, hard] = /^Max open files\s+\S+\s+(\S+)/m.exec(readFileSync("/proc/self/limits", "utf8"));
  return hard === "unlimited" ? Number.POSITIVE_INFINITY : Number(hard);
}
