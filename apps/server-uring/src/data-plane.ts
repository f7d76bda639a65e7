import { BUFFER_BYTES, openDataPlane } from "@c10k-lab/server/data-plane";
import { BufferRing, openRing, Slots } from "@c10k-lab/uring";
import type { UringOptions } from "./contract.ts";
import { UringServer } from "./uring-server.ts";

/** Groups of receive buffers. */
const SMALL = 0;
const LARGE = 1;
/** Size of a small buffer: most messages fit, and the dozens that one multishot receive may fill are few bytes. */
const SMALL_BYTES = 2048;

const plane = openDataPlane<UringOptions>();
const { ring: mode, entries, completions, buffers: count } = plane.options;
const ring = openRing({
  user: "server-uring",
  entries: roundUp(entries),
  completions: roundUp(Math.max(completions, entries)),
  isDeferred: mode === "deferred",
});
new UringServer(
  {
    ring,
    smallBuffers: new BufferRing(ring, SMALL, roundUp(count), SMALL_BYTES),
    largeBuffers: new BufferRing(ring, LARGE, roundUp(count), BUFFER_BYTES),
    slots: new Slots(BUFFER_BYTES),
    ledger: plane.ledger,
    nowUs: new Float64Array(1),
  },
  plane,
).run();

/** Returns the lowest power of two that is not below `count`. */
function roundUp(count: number): number {
  return 2 ** Math.ceil(Math.log2(count));
}
