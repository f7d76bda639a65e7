import { isMainThread, parentPort, Worker } from "node:worker_threads";

// Two threads that do nothing: what the runtime itself takes of a server's start and memory. It is plain JavaScript, so
// that Node does not load what strips types.
if (isMainThread) {
  const worker = new Worker(new URL(import.meta.url));
  worker.once("message", () => process.stdout.write(`${JSON.stringify(process.resourceUsage())}\n`));
} else {
  parentPort?.postMessage("ready");
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}
