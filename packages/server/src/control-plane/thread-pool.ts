import { access } from "node:fs/promises";

/**
 * Starts libuv's thread pool, which reads files and looks up names. libuv starts it at the first use and calls abort(3)
 * when the kernel refuses a thread; by then the connections may have used up all threads.
 */
export async function startThreadPool(): Promise<void> {
  await access("/");
}
