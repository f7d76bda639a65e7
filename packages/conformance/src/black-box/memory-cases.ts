import { CaseFailure } from "../probe/case-failure.ts";
import { BULK_BOUND_MS, type Talker } from "../probe/talker.ts";
import type { Visit } from "../probe/visit.ts";
import type { BlackBoxCase } from "./case.ts";
import { lines } from "./message-cases.ts";
import { fillSlowReader, MiB } from "./slow-reader.ts";

/** Chunks of lines in a batch of 16 MiB: who keeps half of it leaks. Single messages would cost more time than memory. */
const CHUNKS = 32;
const CHUNK_BYTES = MiB / 2;
const BATCH_GROWTH_MIB = 8;
/** A heap with garbage in it stops growing after some batches, a leak does not. */
const BATCHES = 12;
/** Growth after which no further batch is needed. */
const LEAK_MIB = 512;
/** Single lines tell of a leak for each message, whatever its size: as many of them cost a good heap nothing when it is warm. */
const LINES = 20_000;
const LINE_BYTES = 500;
const LINE_GROWTH_BYTES = 50;
const LINE_BATCHES = 5;
/** Lines of a slow server, and the time after which they are enough. */
const LINES_MIN = 2000;
const LINES_BOUND_MS = 12_000;
/** Growth that is no leak, however few the lines: the noise of a heap. */
const NOISE_MIB = 0.25;
const SENDERS = 10;
/** Visitors of a batch, and those who come at a time. A thread that is not joined keeps some KiB, a buffer at least as many. */
const VISITORS = 1000;
const VISITORS_AT_ONCE = 4;
const VISITOR_GROWTH_KIB = 2;
/** A collector that frees what each client had may run but once in ten batches. */
const VISITOR_BATCHES = 20;
/** Time after which fewer batches are enough. */
const VISITORS_BOUND_MS = 80_000;
const DEAF_CLIENTS = 20;
const GROWTH_MAX_MIB = 96;

/** Cases of the server's memory. They look at /proc. */
export const MEMORY_CASES: readonly BlackBoxCase[] = [
  {
    name: "memory-bound",
    demand: `${DEAF_CLIENTS} clients that send 16 MiB each and never read cost at most ${GROWTH_MAX_MIB} MiB of memory.`,
    level: "production",
    hint: "no backpressure: the server reads on while its output grows (socket.write() without drain)",
    requires: ["slow-reader", "accept-burst", "message-memory"],
    needsFreshServer: true,
    check: async (visit) => {
      await visit.connectServed(3);
      const before = visit.processes.pssKiB();
      const bytes = lines(16 * MiB);
      const deaf = await Promise.all(Array.from({ length: DEAF_CLIENTS }, () => visit.connectSlowReader()));
      await Promise.all(deaf.map((talker) => fillSlowReader(talker, bytes)));
      const growthMiB = Math.round((visit.processes.pssKiB() - before) / 1024);
      if (visit.processes.hasEnded) throw new CaseFailure("the server had ended");
      if (growthMiB > GROWTH_MAX_MIB) throw new CaseFailure(`its memory grew by ${growthMiB} MiB`);
    },
  },
  {
    name: "message-memory",
    demand: `Memory does not grow with messages: neither by ${BATCH_GROWTH_MIB} MiB each 16 MiB, nor by ${LINE_GROWTH_BYTES} bytes each line.`,
    level: "production",
    hint: "leaked memory: malloc(3) for each message without free(3), or messages that are kept in a list",
    requires: ["stream", "own-bytes"],
    needsFreshServer: true,
    check: checkMessageMemory,
  },
  {
    name: "visitor-memory",
    demand: `Memory does not grow by ${VISITOR_GROWTH_KIB} KiB with each client that comes and leaves.`,
    level: "production",
    hint: "memory of clients who have left: malloc(3) for each without free(3), threads that are neither joined nor detached, or connections kept in a list",
    requires: ["message-memory", "visitors"],
    needsFreshServer: true,
    check: checkVisitorMemory,
  },
];

async function checkVisitorMemory(visit: Visit): Promise<void> {
  await receiveVisitors(visit);
  const untilMs = performance.now() + VISITORS_BOUND_MS;
  const plateau = { batches: VISITOR_BATCHES, noun: "visitors", untilMs };
  await expectPlateau(visit, plateau, async () => {
    await receiveVisitors(visit);
    return { count: VISITORS, leakMiB: (VISITORS * VISITOR_GROWTH_KIB) / 1024 };
  });
}

/** Lets clients come, a few at a time, and leave after an echo. */
async function receiveVisitors(visit: Visit): Promise<void> {
  const receive = async () => {
    for (let at = 0; at < VISITORS; at += VISITORS_AT_ONCE) {
      const talker = await visit.connect();
      await visit.expectServed(talker, "a visitor");
      talker.client.socket.destroy();
    }
  };
  await Promise.all(Array.from({ length: VISITORS_AT_ONCE }, receive));
}

async function checkMessageMemory(visit: Visit): Promise<void> {
  const talkers = await visit.connectServed(SENDERS);
  const [talker] = talkers;
  if (talker === undefined) return;
  const chunk = lines(CHUNK_BYTES);
  await expectPlateau(visit, { batches: BATCHES, noun: "MiB of messages" }, async () => {
    for (let at = 0; at < CHUNKS; at++) await talker.exchange(chunk, BULK_BOUND_MS);
    return { count: (CHUNKS * CHUNK_BYTES) / MiB, leakMiB: BATCH_GROWTH_MIB };
  });
  // The first lines use what the last chunks have left behind.
  await exchangeLines(talkers);
  await expectPlateau(visit, { batches: LINE_BATCHES, noun: "lines" }, async () => {
    const count = await exchangeLines(talkers);
    return { count, leakMiB: Math.max(NOISE_MIB, (count * LINE_GROWTH_BYTES) / MiB) };
  });
}

/** Messages or visitors of a batch, and the growth of memory from which on they leak. */
interface Batch {
  readonly count: number;
  readonly leakMiB: number;
}

/** Number of batches in each of which a leak grows. */
interface Plateau {
  readonly batches: number;
  readonly noun: string;
  /** No batch begins after this moment. */
  readonly untilMs?: number;
}

/** Expects that a batch costs less memory than a leak would. */
async function expectPlateau(
  visit: Visit,
  { batches, noun, untilMs = Number.POSITIVE_INFINITY }: Plateau,
  exchange: () => Promise<Batch>,
): Promise<void> {
  const beforeMiB = visit.processes.pssKiB() / 1024;
  let lastMiB = beforeMiB;
  let [done, exchanged] = [0, 0];
  const isOpen = () => done < batches && lastMiB - beforeMiB < LEAK_MIB && performance.now() < untilMs;
  for (; isOpen(); done++) {
    const { count, leakMiB } = await exchange();
    const nowMiB = visit.processes.pssKiB() / 1024;
    if (nowMiB - lastMiB < leakMiB) return;
    lastMiB = nowMiB;
    exchanged += count;
  }
  const grownMiB = (lastMiB - beforeMiB).toFixed(1);
  throw new CaseFailure(
    `its memory grew by ${grownMiB} MiB over ${exchanged} ${noun}, in each of ${done} batches anew`,
  );
}

/** Exchanges lines with all clients at once. Returns the number of lines, which is less of a slow server. */
async function exchangeLines(talkers: readonly Talker[]): Promise<number> {
  const line = lines(LINE_BYTES);
  const untilMs = performance.now() + LINES_BOUND_MS;
  const counts = talkers.map(async (talker) => {
    let count = 0;
    const isEnough = () => count >= (performance.now() < untilMs ? LINES : LINES_MIN) / SENDERS;
    for (; !isEnough(); count++) await talker.exchange(line);
    return count;
  });
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}
