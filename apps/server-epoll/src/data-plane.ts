import { fileDescriptorLimit } from "@c10k-lab/posix";
import { openDataPlane } from "@c10k-lab/server/data-plane";
import { EventServer } from "@c10k-lab/server/event-server";
import type { EpollOptions } from "./contract.ts";
import { EpollPoller } from "./epoll-poller.ts";

const plane = openDataPlane<EpollOptions>();
const { trigger, maxEvents } = plane.options;
new EventServer(new EpollPoller(fileDescriptorLimit(), trigger, maxEvents), plane).run();
