import { isMainThread } from "node:worker_threads";

/**
 * Preload for a server: SIGWINCH makes its control plane throw an error that nothing handles, SIGURG makes it exit with 7, and
 * SIGPIPE gets its default action, which ends a process, instead of being ignored as in any Node program.
 */
if (isMainThread) {
  process.on("SIGWINCH", () => {
    throw new Error("broken by a test");
  });
  process.on("SIGURG", () => process.exit(7));
  // When its last handler is removed, libuv restores a signal's default action.
  const ignored = () => {};
  process.on("SIGPIPE", ignored).off("SIGPIPE", ignored);
}
