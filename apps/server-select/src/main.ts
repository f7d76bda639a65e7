import { runServer } from "@c10k-lab/server";
import { SELECT_OPTIONS } from "./options.ts";

await runServer({
  name: "select",
  describe: "TCP echo server: one thread, select(2), level-triggered.",
  blocksInAccept: false,
  dataPlane: new URL("./data-plane.ts", import.meta.url),
  options: SELECT_OPTIONS,
  examples: [
    ["npm run server-select", "listen on 127.0.0.1:10000, as far as FD_SETSIZE goes"],
    ["npm run server-select -- --fd-setsize 8192", "lift the C library's limit; the kernel has none"],
  ],
});
