// Describes a node of a swarm, and compares its clock with that of the server's node:
//
//   node-survey.mjs serve ADDRESS PORT [SYSCTL…]   tells the time to whoever asks; port 0 is any free one
//   node-survey.mjs ask ADDRESS PORT [SYSCTL…]     asks for it
//
// SYSCTL is a path below /proc/sys whose value belongs to the description.
//
// Each prints one line of JSON to stdout, and ends at SIGTERM: a swarm leaves the container of a task that has ended.
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { cpus, hostname, loadavg, release, totalmem } from "node:os";

const ASKED = 20;
const PATIENCE_MS = 10_000;
/** Two readings of a clock, each with the time it takes to run this program. */
const READING_MS = 0.1;

const [task, address, port, ...sysctls] = process.argv.slice(2);
const untilTold = setInterval(() => {}, 1000);
process.once("SIGTERM", () => {
  clearInterval(untilTold);
  process.exit(0);
});
if (task === "serve") serve();
else print(await ask());

function serve() {
  const server = createServer((socket) => {
    socket.on("data", () => socket.write(`${now()}\n`)).on("error", () => {});
    socket.setNoDelay(true);
  });
  server.listen(Number(port), address, () =>
    print({ event: "surveyed", ...describe(), port: server.address().port }),
  );
}

async function ask() {
  try {
    return { event: "surveyed", ...describe(), ...(await compareClocks()) };
  } catch (error) {
    return { event: "silent", answer: error.code ?? error.message };
  }
}

/** Returns how far this clock is ahead, ms: the exchange with the shortest round trip bounds the error by half of it. */
async function compareClocks() {
  const socket = connect(Number(port), address).setNoDelay(true);
  const signal = AbortSignal.timeout(PATIENCE_MS);
  await once(socket, "connect", { signal });
  const { localAddress } = socket;
  let best = { localAddress, offsetMs: 0, errorMs: Number.POSITIVE_INFINITY };
  for (let asked = 0; asked < ASKED; asked++) {
    const sentMs = performance.now();
    socket.write("?");
    const [answer] = await once(socket, "data", { signal });
    const tripMs = performance.now() - sentMs;
    const errorMs = tripMs / 2 + READING_MS;
    if (errorMs < best.errorMs)
      best = { localAddress, offsetMs: now() - tripMs / 2 - Number(answer), errorMs };
  }
  socket.destroy();
  return best;
}

function now() {
  return performance.timeOrigin + performance.now();
}

function describe() {
  const [, hard] = /^Max open files\s+\S+\s+(\S+)/m.exec(readFileSync("/proc/self/limits", "utf8"));
  return {
    hostname: hostname(),
    kernel: release(),
    cpu: cpus()[0]?.model ?? "unknown",
    processors: cpus().length,
    memoryBytes: totalmem(),
    loadAverage: loadavg()[0],
    fileDescriptors: Number(hard) || null,
    sysctls: Object.fromEntries(sysctls.map((path) => [path.replaceAll("/", "."), readSysctl(path)])),
  };
}

function readSysctl(path) {
  try {
    return readFileSync(`/proc/sys/${path}`, "utf8").trim().replaceAll("\t", " ");
  } catch {
    return "unknown";
  }
}

function print(line) {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
