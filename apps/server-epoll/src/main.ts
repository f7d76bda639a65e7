import { choice, integer } from "@c10k-lab/cli";
import { fileDescriptorLimit } from "@c10k-lab/posix";
import { EVENTS_PER_WAIT, EventServer, runServer } from "@c10k-lab/server";
import { EpollPoller } from "./epoll-poller.ts";

await runServer(import.meta.filename, {
  name: "epoll",
  describe: "TCP echo server: one thread, epoll(7), edge-triggered.",
  blocksInAccept: false,
  options: {
    trigger: choice(["edge", "level"], {
      describe: "how epoll tells readiness: edge or level",
      default: "edge",
    }),
    maxEvents: integer({
      describe: "events one epoll_wait(2) returns at most",
      default: String(EVENTS_PER_WAIT),
      min: 1,
      max: 65536,
      noun: "a number of events",
    }),
  },
  examples: [
    ["npm run server-epoll", "listen on 127.0.0.1:10000"],
    ["npm run server-epoll -- --port 0 --stats clients.csv", "any free port, one CSV row for every client"],
    ["npm run server-epoll -- --trigger level", "level-triggered, to compare"],
  ],
  serve: (plane) => {
    const { trigger, maxEvents } = plane.options;
    new EventServer(new EpollPoller(fileDescriptorLimit(), trigger, maxEvents), plane).run();
  },
});
