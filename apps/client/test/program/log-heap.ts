import { appendFileSync } from "node:fs";

/**
 * Preload for a server or a client: at SIGWINCH it appends the bytes of live objects on the heap of its worker to the file named
 * by HEAP. V8 collects garbage before it takes a snapshot, and needs the worker to run its next lines for both.
 */
process.once("worker", (worker) => {
  process.on("SIGWINCH", async () => {
    (await worker.getHeapSnapshot()).destroy();
    const { used_heap_size: bytes } = await worker.getHeapStatistics();
    appendFileSync(process.env.HEAP ?? "", `${bytes}\n`);
  });
});
