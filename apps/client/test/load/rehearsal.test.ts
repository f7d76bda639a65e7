import { readdirSync } from "node:fs";
import { parsePlainOptions } from "@c10k-lab/cli";
import { posix } from "@c10k-lab/posix";
import { expect, test } from "vitest";
import { contract } from "../../src/contract.ts";
import type { WakeFds } from "../../src/io/load-io.ts";
import { openIo } from "../../src/io/open-io.ts";
import { rehearse } from "../../src/load/rehearsal.ts";
import { PayloadPool } from "../../src/workload/payload.ts";
import { resolveWorkload } from "../../src/workload/workload.ts";

function openWakeFds(): WakeFds & Disposable {
  const [stop, order] = [0, 0].map(() => posix.eventfd(0, posix.EFD_CLOEXEC | posix.EFD_NONBLOCK)) as [
    number,
    number,
  ];
  return {
    stop,
    order,
    [Symbol.dispose]: () => {
      posix.close(stop);
      posix.close(order);
    },
  };
}

const countDescriptors = () => readdirSync("/proc/self/fd").length;

/** Rehearses the load of a command line. */
async function rehearseLoad(argv: readonly string[], wakeFds: WakeFds): Promise<void> {
  const options = parsePlainOptions({ options: contract.options, envPrefix: "NONE" }, argv);
  if (options === null) throw new Error(`${argv.join(" ")} cannot be read`);
  const workload = resolveWorkload(options);
  const io = await openIo(workload.io, wakeFds);
  rehearse(workload, new PayloadPool(workload, io.allocate), io, wakeFds);
  io.close();
}

test.each([
  [[]],
  [["--connections", "1", "--repeat", "1"]],
  [["--io", "uring"]],
  [["--io", "uring", "--active", "10%", "--size", "1..100000", "--think", "1ms..5ms"]],
  [["--rate", "20000", "--duration", "4s"]],
  [["--active", "10%", "--size", "1..100000", "--think", "1ms..5ms", "--hold", "10s"]],
  [["--no-barrier", "--transfer", "1MiB", "--connect-rate", "3"]],
  [["--wait", "spin", "--source", "127.0.0.1/24", "--start-at", "2099-01-01T00:00:00Z"]],
])("the load of %j is rehearsed on the client's own sockets, and all of them are closed", async (argv) => {
  using wakeFds = openWakeFds();
  const before = countDescriptors();
  await rehearseLoad(argv, wakeFds);
  expect(countDescriptors()).toBe(before);
});

test("an interrupt ends the rehearsal", async () => {
  using wakeFds = openWakeFds();
  posix.eventfd_write(wakeFds.stop, 1);
  const before = countDescriptors();
  await rehearseLoad(["--duration", "1h"], wakeFds);
  expect(countDescriptors()).toBe(before);
});
