import { fileDescriptorLimit } from "@c10k-lab/posix";
import { MOST_CONNECTIONS, openDataPlane } from "@c10k-lab/server/data-plane";
import { EventServer } from "@c10k-lab/server/event-server";
import type { PollOptions } from "./contract.ts";
import { PollPoller } from "./poll-poller.ts";

/** Some container engines set the limit to 2^30, and lists as long exceed the address space. */
const capacity = Math.min(fileDescriptorLimit(), MOST_CONNECTIONS);
new EventServer(new PollPoller(capacity), openDataPlane<PollOptions>()).run();
