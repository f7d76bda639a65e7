import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { isMainThread } from "node:worker_threads";

/** Preload for a server: at SIGWINCH its control plane collects garbage, and says so on stderr. */
if (isMainThread) {
  setFlagsFromString("--expose-gc");
  const collect: NodeJS.GCFunction = runInNewContext("gc");
  process.on("SIGWINCH", () => {
    collect({ type: "major", flavor: "last-resort", execution: "sync" });
    process.stderr.write("garbage is collected\n");
  });
}
