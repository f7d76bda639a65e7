import { choice, integer, type OptionValues } from "@c10k-lab/cli";
import { EVENT_SERVER_OPTIONS, EVENTS_PER_WAIT } from "@c10k-lab/server";

export const EPOLL_OPTIONS = {
  ...EVENT_SERVER_OPTIONS,
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
} as const;

export type EpollOptions = OptionValues<typeof EPOLL_OPTIONS>;
