import { choice, integer, type OptionValues } from "@c10k-lab/cli";
import { EVENT_SERVER_OPTIONS, EVENTS_PER_WAIT, serverContract } from "@c10k-lab/server/contract";

export const contract = serverContract({
  server: "epoll",
  describe: "TCP echo server: one thread, epoll(7), edge-triggered.",
  traits: { startsThreadPerConnection: false, scansDescriptors: false, connectionBytes: 10 * 1024 },
  options: {
    ...EVENT_SERVER_OPTIONS,
    trigger: choice(["edge", "level"], {
      describe: "how epoll reports readiness: edge-triggered or level-triggered",
      default: "edge",
    }),
    maxEvents: integer({
      describe: "events that one epoll_wait(2) returns at most",
      default: String(EVENTS_PER_WAIT),
      min: 1,
      max: 65536,
      noun: "a number of events",
    }),
  },
  examples: [
    ["npm run server-epoll", "listen on 127.0.0.1:10000"],
    ["npm run server-epoll -- --port 0 --stats clients.csv", "any free port, one CSV row per client"],
    ["npm run server-epoll -- --trigger level", "level-triggered, for comparison"],
  ],
});

export type EpollOptions = OptionValues<typeof contract.options>;
