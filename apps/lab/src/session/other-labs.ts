import { readFileSync } from "node:fs";
import { connect, createServer } from "node:net";

/** A lab that measures has this name with its process number, in the abstract namespace of unix(7): it ends with the process. */
const NAME = "c10k-lab/measuring/";

/**
 * Makes this lab and the others that measure on this machine know of each other: they take processor time from each other.
 *
 * @param onMeet called with the process number of each other lab, now or when it begins
 */
export function meetOtherLabs(onMeet: (pid: number) => void): void {
  const met = new Set<number>();
  const meet = (pid: number) => {
    if (!met.has(pid)) onMeet(pid);
    met.add(pid);
  };
  const server = createServer((socket) => {
    socket.on("error", () => {}).once("data", (pid) => meet(Number(pid)));
    socket.unref();
  });
  // Without the name the others do not learn of this lab, and nothing else is lost.
  server.on("error", () => {}).listen(`\0${NAME}${process.pid}`);
  server.unref();
  for (const pid of labsThatMeasure()) {
    meet(pid);
    const socket = connect(`\0${NAME}${pid}`).on("error", () => {});
    socket.end(String(process.pid)).unref();
  }
}

function labsThatMeasure(): number[] {
  const names = readFileSync("/proc/net/unix", "latin1").matchAll(new RegExp(`@${NAME}(\\d+)$`, "gm"));
  return [...new Set([...names].map(([, pid]) => Number(pid)))].filter((pid) => pid !== process.pid);
}
