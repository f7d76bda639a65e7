import { join } from "node:path";

/** A plan whose cells are measured whole, one after another. */
const BUSY = join(import.meta.dirname, "../../../apps/lab/test/fixtures/busy.yaml");

/** One cell of a second, as arguments of `lab run`. */
export const SMALL = [BUSY, "--max-connections", "10", "--duration", "1s", "--servers", "epoll"];
/** One cell that a test ends. */
export const LONG = [BUSY, "--max-connections", "10", "--duration", "60s", "--servers", "epoll"];
