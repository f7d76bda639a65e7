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

test("the loop has a processor of its own when there is another for the helper threads", async () => {
  await using server = await startMutant(echo);
  const args = ["--port", `${server.port}`, "--connections", "2", "--duration", "30s"];
  const client = new TestProgram({ program: mainOf("client"), args });
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
