import { appendFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { threadId } from "node:worker_threads";

/** Preload for a server: it appends each module that a thread loads to the file named by LOADS. */
registerHooks({
  load(url, context, next) {
    appendFileSync(process.env.LOADS ?? "", `${threadId} ${url}\n`);
    return next(url, context);
  },
});
