import type { ClientOptions } from "../contract.ts";
import { SCRATCH_BYTES } from "../measure/limits.ts";
import { EpollEvents } from "./epoll-events.ts";
import { EpollSockets } from "./epoll-sockets.ts";
import type { LoadIo, WakeFds } from "./load-io.ts";

/**
 * Opens the way in which a load sends and receives.
 *
 * @throws Error with a sentence where io_uring is asked for and off
 */
export async function openIo(kind: ClientOptions["io"], wakeFds: WakeFds): Promise<LoadIo> {
  if (kind === "uring") return openUring(wakeFds);
  const events = new EpollEvents(wakeFds);
  const sockets = new EpollSockets();
  return {
    sockets,
    events,
    scratch: sockets.scratch,
    allocate: (length) => sockets.allocate(length),
    close: () => events.close(),
  };
}

/** Loads its modules on demand: most loads have no ring. */
async function openUring(wakeFds: WakeFds): Promise<LoadIo> {
  const [{ openRingOfClient }, { UringIo }] = await Promise.all([
    import("./ring-of-client.ts"),
    import("./uring-io.ts"),
  ]);
  const io = new UringIo(openRingOfClient(), wakeFds);
  return {
    sockets: io,
    events: io,
    scratch: Buffer.alloc(SCRATCH_BYTES),
    allocate: (length) => io.allocate(length),
    close: () => io.end(),
  };
}
