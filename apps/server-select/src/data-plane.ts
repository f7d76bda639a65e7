import { openDataPlane } from "@c10k-lab/server/data-plane";
import { EventServer } from "@c10k-lab/server/event-server";
import type { SelectOptions } from "./contract.ts";
import { SelectPoller } from "./select-poller.ts";

const plane = openDataPlane<SelectOptions>();
new EventServer(new SelectPoller(plane.options.fdSetsize), plane).run();
