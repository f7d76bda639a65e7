import { BUFFER_BYTES, openDataPlane } from "@c10k-lab/server/data-plane";
import { BufferRing, openRing, Slots } from "@c10k-lab/uring";
import type { UringOptions } from "./contract.ts";
import { UringServer } from "./uring-server.ts";

const RECEIVE_BUFFERS = 0;

const plane = openDataPlane<UringOptions>();
const { ring: mode, entries, completions, buffers: count } = plane.options;
const ring = openRing({
  entries: roundUp(entries),
  completions: roundUp(Math.max(completions, entries)),
  isDeferred: mode === "deferred",
});
const buffers = new BufferRing(ring, RECEIVE_BUFFERS, roundUp(count), BUFFER_BYTES);
new UringServer({ ring, buffers, slots: new Slots(BUFFER_BYTES), ledger: plane.ledger }, plane).run();

/** Returns the lowest power of two that is not below `count`. */
function roundUp(count: number): number {
  return 2 ** Math.ceil(Math.log2(count));
}
