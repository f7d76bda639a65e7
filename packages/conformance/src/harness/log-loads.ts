import { appendFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { threadId } from "node:worker_threads";

/** Preloaded into a server: notes each module a thread loads in the file LOADS names. */
registerHooks({
  load(url, context, next) {
    appendFileSync(process.env.LOADS ?? "", `${threadId} ${url}\n`);
    return next(url, context);
  },
});
