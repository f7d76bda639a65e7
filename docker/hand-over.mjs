// Hands the results of an app to the engine's log: a node of a swarm shares no folder with the lab. The lab checks each
// file by its length and hash (apps/lab/src/engines/swarm/hand-over.ts).
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { readdirSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const STDOUT = 1;
/** The engine splits lines of more than 16 KiB. */
const LINE_CHARS = 8192;
const SAMPLE_MS = 250;
const FULL_PIPE_MS = 2;

/**
 * Runs an app, and at its end, however it ended, writes all files of the folder to stdout, with an account of the node. Then
 * waits for SIGTERM: a swarm removes the container of a task that runs, and leaves that of a task that has ended.
 */
export async function runAndHandOver(folder, words) {
  const before = lookAtNode();
  const app = spawn(process.execPath, words, { stdio: "inherit" });
  const told = Promise.withResolvers();
  for (const signal of ["SIGTERM", "SIGINT"]) {
    process.on(signal, () => {
      app.kill(signal);
      told.resolve();
    });
  }
  const samples = [];
  const timer = setInterval(() => samples.push(...sample(app.pid)), SAMPLE_MS);
  const [code, signal] = await once(app, "exit");
  const names = readdirSync(folder);
  for (const name of names) handOver(name, readFileSync(join(folder, name)));
  handOver("node.json", Buffer.from(JSON.stringify({ before, after: lookAtNode(), samples })));
  const isOutOfMemory = signal === "SIGKILL" && wasKilledForMemory();
  const end = { event: "handed-over", code, signal, isOutOfMemory, files: names.length + 1 };
  writeLine(JSON.stringify(end));
  await told.promise;
  clearInterval(timer);
  process.exitCode = code ?? 1;
}

function handOver(name, content) {
  const sha256 = createHash("sha256").update(content).digest("hex");
  const text = gzipSync(content).toString("base64");
  const lines = Math.ceil(text.length / LINE_CHARS);
  writeLine(JSON.stringify({ event: "file", name, bytes: content.length, sha256, lines }));
  for (let at = 0; at < text.length; at += LINE_CHARS) writeLine(text.slice(at, at + LINE_CHARS));
}

/** Processor times and TCP counters of the machine, as the kernel writes them: the lab has the readers. */
function lookAtNode() {
  return {
    atMs: performance.now(),
    stat: read("/proc/stat").split("\n", 1)[0],
    netstat: read("/proc/net/netstat"),
    snmp: read("/proc/net/snmp"),
  };
}

/** Returns a sample of the app; none when it has ended. */
function sample(pid) {
  try {
    return [{ atMs: Math.round(performance.now()), stat: read(`/proc/${pid}/stat`) }];
  } catch {
    return [];
  }
}

/** Returns whether the kernel has killed a process of this container at the memory limit (control groups of either version). */
function wasKilledForMemory() {
  return ["memory.events", "memory/memory.oom_control"].some((file) => {
    try {
      return /^oom_kill [1-9]/m.test(read(join("/sys/fs/cgroup", file)));
    } catch {
      return false;
    }
  });
}

function read(path) {
  return readFileSync(path, "latin1");
}

/** Writes a line at once. Node makes a pipe non-blocking, and this one may be full. */
function writeLine(line) {
  const bytes = Buffer.from(`${line}\n`);
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(STDOUT, bytes, at);
    } catch (error) {
      if (error.code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, FULL_PIPE_MS);
    }
  }
}
