import { parentPort } from "node:worker_threads";
import { check, posix } from "../src/index.ts";

/** Worker that loads the addon, uses it and ends, as every data plane does. */
const fd = check(posix.eventfd(0, posix.EFD_CLOEXEC), "eventfd");
for (let at = 0; at < 1000; at++) {
  posix.eventfd_write(fd, 1);
  posix.eventfd_read(fd);
}
posix.close(fd);
parentPort?.postMessage(posix.EPOLLET);
