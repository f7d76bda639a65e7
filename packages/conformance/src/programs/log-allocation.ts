import { appendFileSync } from "node:fs";

/**
 * Preload for a server: at SIGWINCH it appends the bytes that the data plane has allocated on its heap so far to the file
 * named by ALLOCATED. V8 interrupts the data plane for this when it runs its next lines, so it must have work to do.
 */
process.once("worker", (worker) => {
  process.on("SIGWINCH", async () => {
    const { total_allocated_bytes: bytes } = await worker.getHeapStatistics();
    appendFileSync(process.env.ALLOCATED ?? "", `${bytes}\n`);
  });
});
