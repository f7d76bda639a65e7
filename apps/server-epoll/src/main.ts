import { runServer } from "@c10k-lab/server";
import { EPOLL_OPTIONS } from "./options.ts";

await runServer({
  name: "epoll",
  describe: "TCP echo server: one thread, epoll(7), edge-triggered.",
  blocksInAccept: false,
  dataPlane: new URL("./data-plane.ts", import.meta.url),
  options: EPOLL_OPTIONS,
  examples: [
    ["npm run server-epoll", "listen on 127.0.0.1:10000"],
    ["npm run server-epoll -- --port 0 --stats clients.csv", "any free port, one CSV row for every client"],
    ["npm run server-epoll -- --trigger level", "level-triggered, to compare"],
  ],
});
