import { openDataPlane } from "@c10k-lab/server/data-plane";
import { Acceptor } from "./acceptor.ts";
import type { ThreadOptions } from "./contract.ts";

const plane = openDataPlane<ThreadOptions>();
new Acceptor(plane, plane.options.stackSizeBytes).run();
