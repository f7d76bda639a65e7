import { integer } from "@c10k-lab/cli";
import { posix } from "@c10k-lab/posix";
import { EventServer, runServer } from "@c10k-lab/server";
import { SelectPoller } from "./select-poller.ts";

await runServer(import.meta.filename, {
  name: "select",
  describe: "TCP echo server: one thread, select(2), level-triggered.",
  blocksInAccept: false,
  options: {
    fdSetsize: integer({
      describe: "bits in an fd_set: a connection whose descriptor number is not below it is closed at once",
      default: String(posix.FD_SETSIZE),
      min: 64,
      max: 1_048_576,
      noun: "a size of an fd_set",
    }),
  },
  examples: [
    ["npm run server-select", "listen on 127.0.0.1:10000, as far as FD_SETSIZE goes"],
    ["npm run server-select -- --fd-setsize 8192", "lift the C library's limit; the kernel has none"],
  ],
  serve: (plane) => new EventServer(new SelectPoller(plane.options.fdSetsize), plane).run(),
});
