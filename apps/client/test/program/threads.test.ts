import { readdirSync, readFileSync } from "node:fs";
import type { Socket } from "node:net";
import { allowedProcessors } from "@c10k-lab/posix";
import { mainOf, TestProgram, until } from "@c10k-lab/process/testing";
import { expect, test } from "vitest";
import { runClient } from "./client-process.ts";
import { startMutant } from "./mutant-server.ts";

const echo = (socket: Socket) => socket.on("data", (data: Buffer) => socket.write(data));

/** Returns the processors that each thread of a process may use, as the kernel lists them. */
function threadProcessors(pid: number): string[] {
  return readdirSync(`/proc/${pid}/task`).map((thread) => {
    const status = readFileSync(`/proc/${pid}/task/${thread}/status`, "utf8");
    return /^Cpus_allowed_list:\s+(.*)$/m.exec(status)?.[1] ?? "";
  });
}

/** Ends with its last connection. */
const ECHO_SERVER = `require("node:net").createServer((socket) => {
  socket.pipe(socket).on("close", () => process.exit());
}).listen(7, "127.0.0.1")`;

test("the loop has a processor of its own when there is another for the helper threads", async () => {
  // Clients of one network namespace reserve processors from each other: those of other tests hold them, too.
  const client = new TestProgram({
    program: "unshare",
    args: [
      ...["--net", "sh", "-c", 'ip link set lo up && { "$0" -e "$1" & } && shift && exec "$0" "$@"'],
      ...[process.execPath, ECHO_SERVER, mainOf("client"), "--port", "7", "--wait-for-server", "30s"],
      ...["--connections", "2", "--duration", "30s"],
    ],
  });
  const own = () => {
    const lists = threadProcessors(client.pid);
    if (lists.length < 3) return [];
    return lists.filter((list) => lists.filter((other) => other === list).length === 1);
  };
  const processors = allowedProcessors().length;
  // With one processor all threads share it.
  if (processors > 1) await until(() => own().length === 1, "one thread has a processor of its own");
  else expect(own()).toHaveLength(0);
  client.signal("SIGINT");
  expect((await client.outcome()).code).toBe(130);
});

test("the time that a spinning loop waits is not the client's work", async () => {
  await using server = await startMutant(echo);
  const args = ["--port", `${server.port}`, "--connections", "2", "--rate", "100", "--duration", "2s"];
  const result = await runClient([...args, "--wait", "spin"]);
  expect(result.code).toBe(0);
  const { usage, loop, achieved } = result.summary();
  expect(achieved).toMatchObject({ messages: 200, unsent: 0 });
  // The loop was on a processor nearly all the time, and had next to nothing to do.
  expect(usage.userUs + usage.systemUs).toBeGreaterThan(500_000);
  expect(loop.cpuShare).toBeLessThan(0.5);
});

/** Returns the scheduling policy of each thread of a process, sched(7): 0 is the usual one, 5 is SCHED_IDLE. */
function threadPolicies(pid: number): Record<string, number> {
  const threads = readdirSync(`/proc/${pid}/task`).map((thread) => {
    const [name, fields = ""] = readFileSync(`/proc/${pid}/task/${thread}/stat`, "utf8").split(") ");
    return [name?.split("(")[1] ?? "", Number(fields.split(" ")[38])] as const;
  });
  return Object.fromEntries(threads);
}

test.each([
  { load: ["--rate", "100"], main: 5 },
  { load: ["--rate", "100", "--wait", "spin"], main: 0 },
  { load: [], main: 0 },
])("on one processor the threads beside the loop have policy $main with $load", async ({ load, main }) => {
  await using server = await startMutant(echo);
  const args = ["--port", `${server.port}`, "--connections", "2", "--duration", "30s", ...load];
  const processors = allowedProcessors().slice(0, 1);
  const client = new TestProgram({ program: mainOf("client"), args, processors });
  await until(() => server.sockets.size === 2, "the client has connected");
  const policies = threadPolicies(client.pid);
  expect(policies).toMatchObject({ "node-MainThread": main, WorkerThread: 0, "node-V8Worker": main });
  client.signal("SIGINT");
  expect((await client.outcome()).code).toBe(130);
});
