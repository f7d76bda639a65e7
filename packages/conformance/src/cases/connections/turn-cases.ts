import { getuid } from "node:process";
import { type TestProgram, until } from "@c10k-lab/process/testing";
import { expect } from "vitest";
import { expectLedgersAgree } from "../../harness/expectations.ts";
import type { ServerProcess } from "../../harness/server-process.ts";
import type { Subject } from "../../harness/subject.ts";
import { testWith } from "../../harness/tools.ts";
import { inOwnNetwork, readTcpCounter, startBeside } from "../../surroundings/own-network.ts";

const TAP = new URL("../../programs/bytes-between.pl", import.meta.url);
const ASKER = new URL("../../programs/asker.ts", import.meta.url);
const PUMP = new URL("../../programs/pump.ts", import.meta.url);
const PUMPS = 2;
const MESSAGES = 400;
const ENDLESS = 1e9;
/** Two services in each of two turns are 256 KiB; socket buffers may drain meanwhile. Without bound it is 20 MB to 1.5 GB. */
const MOST_IN_TURNS = 2 ** 20;
/** Threads have slices of the processor instead of turns, and the kernel may give a pump several. */
const MOST_IN_SLICES = 8 * 2 ** 20;
const BOUND_MS = 60_000;

/** Registers the case of a client's turn. It counts bytes, because times on a shared host are the host's. */
export function turnCases(subject: Subject): void {
  const bound = subject.writesShort
    ? `a message waits for at most ${MOST_IN_TURNS / 2 ** 20} MiB`
    : `99 of 100 messages wait for at most ${MOST_IN_SLICES / 2 ** 20} MiB`;
  testWith(
    getuid?.() === 0 ? "unshare" : "root and unshare",
    `S22 ${bound} of ${PUMPS} others that begin to send as fast as they can`,
    () => countBytesBetween(subject),
    BOUND_MS,
  );
}

async function countBytesBetween(subject: Subject): Promise<void> {
  await using server = await subject.start({
    wrapper: inOwnNetwork({}),
    args: ["--drain-timeout", "100ms"],
  });
  const tap = startBeside(server, TAP, String(MESSAGES));
  const clients: TestProgram[] = [];
  try {
    await until(() => tap.stdout !== "", "packets are seen", BOUND_MS);
    clients.push(startBeside(server, ASKER, String(ENDLESS)));
    await until(() => readTcpCounter(server, "InSegs") > 100, "the client asks", BOUND_MS);
    for (let at = 0; at < PUMPS; at++) clients.push(startBeside(server, PUMP));
    const [counts, lost] = parseTap(await tap.outcome(BOUND_MS));
    expect(lost, "packets that were not seen").toBe(0);
    expect(counts).toHaveLength(MESSAGES);
    counts.sort((a, b) => a - b);
    if (subject.writesShort) expect(counts.at(-1), `${counts}`).toBeLessThanOrEqual(MOST_IN_TURNS);
    else expect(counts[MESSAGES * 0.99], `${counts}`).toBeLessThanOrEqual(MOST_IN_SLICES);
  } finally {
    for (const program of [tap, ...clients]) program.signal("SIGKILL");
    await Promise.all([tap, ...clients].map(({ exited }) => exited));
  }
  await expectEnd(server);
}

/** Clients that were killed end with FIN or reset, whatever the kernel had left to send them. */
async function expectEnd(server: ServerProcess): Promise<void> {
  const ended = await server.stop();
  expect(ended.code, ended.stderr).toBe(0);
  expectLedgersAgree(ended);
}

/** Returns the bytes sent to others during each message, and the packets that the tap missed. */
function parseTap({ stdout }: { stdout: string }): [counts: number[], lost: number] {
  const lines = stdout.trimEnd().split("\n").slice(1);
  const lost = Number(/^lost (\d+)$/.exec(lines.at(-1) ?? "")?.[1]);
  return [lines.slice(0, -1).map(Number), lost];
}
