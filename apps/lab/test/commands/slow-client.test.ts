import { readFileSync } from "node:fs";
import { join } from "node:path";
import { LabProcess, pause, until } from "@c10k-lab/process/testing";
import { RepetitionResult } from "@c10k-lab/protocol";
import { expect, test } from "vitest";

const BUSY = join(import.meta.dirname, "../fixtures/busy.yaml");
const LOAD = ["--max-connections", "10", "--load", "rate=1000", "--duration", "4s", "--repeats", "1"];
const STALL_MS = 50;
/** Lag of at least 1 % of the messages, µs: half of them are due while the client stalls. */
const LAG_US = 0.8 * STALL_MS * 1000;

test(`C9 a client that stalls for ${STALL_MS} ms again and again is seen in its lag, and its latencies are doubted`, async () => {
  const lab = new LabProcess(["run", BUSY, ...LOAD, "--servers", "epoll"]);
  const findClient = () => lab.children().find(({ command }) => command.includes("/apps/client/"));
  await until(() => findClient() !== undefined, "the client runs");
  await stall(findClient()?.pid ?? Number.NaN);
  expect(await lab.exited, lab.stderr).toBe(0);
  const file = join(lab.results, "latest", "epoll-10", "cell.json");
  const { client, doubts } = RepetitionResult.parse(JSON.parse(readFileSync(file, "utf8")));
  expect(client?.loop.latencyUs.sendLag.p99).toBeGreaterThan(LAG_US);
  // On a busy machine an answer may take so long that the client's lag is the smaller part.
  const reasons = doubts.map(({ reason }) => reason);
  expect(reasons).toEqual(expect.arrayContaining([expect.stringMatching(/^(send-lag|stolen|busy-host)$/)]));
});

/** Stops a process and lets it go on until it has ended. */
async function stall(pid: number): Promise<void> {
  while (signal(pid, "SIGSTOP")) {
    await pause(STALL_MS);
    signal(pid, "SIGCONT");
    await pause(STALL_MS);
  }
}

/** Returns whether there is such a process. */
function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}
