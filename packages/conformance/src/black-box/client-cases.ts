import { pause } from "@c10k-lab/process";
import { CaseFailure } from "../probe/case-failure.ts";
import { BULK_BOUND_MS, bounded, REPLY_BOUND_MS, type Talker } from "../probe/talker.ts";
import type { Visit } from "../probe/visit.ts";
import type { BlackBoxCase } from "./case.ts";
import { lines } from "./message-cases.ts";
import { expectOwnBytes } from "./own-bytes.ts";
import { fillSlowReader, MiB } from "./slow-reader.ts";

const BURST = 20;
const CONNECT_WHILE_FROZEN_MS = 300;
/** Bound of a burst: clients beyond a small backlog repeat their SYN after 1, 3 and 7 s. */
const BURST_BOUND_MS = 15_000;
const IDLE = 200;
/** More clients than an fd_set of the C library can hold. */
const MANY = 1100;

/** Cases of several clients, which must not disturb each other. */
export const CLIENT_CASES: readonly BlackBoxCase[] = [
  {
    name: "next-client",
    demand: "After a client has left, also one that sent nothing, the server serves the next one.",
    level: "course",
    hint: "the server ends with a client, or leaves its accept loop: recv(2) that returns 0 is no error",
    requires: ["no-extra-bytes"],
    explainsEnd: true,
    check: async (visit) => {
      for (let at = 1; at <= 4; at++) {
        const talker = await visit.connect();
        if (at !== 2) await visit.expectServed(talker, `client ${at}`);
        talker.client.socket.end();
        await bounded(500, talker.client.untilOver());
        talker.client.socket.destroy();
      }
    },
  },
  {
    name: "two-clients",
    demand: "A client is served while another one is connected and silent.",
    level: "course",
    hint: "a server that serves its clients one after the other blocks in recv(2) of the first, or waits for the first message of a client before it accepts the next one",
    requires: ["many-messages"],
    check: async (visit) => {
      try {
        await serveTwo(visit);
        await serveBesideMute(visit);
      } catch (error) {
        // Answers that go to another client are the matter of own-bytes.
        if (!visit.hasStrayBytes) throw error;
      }
    },
  },
  {
    name: "own-bytes",
    demand: "Clients that send at the same time get their own bytes, and no byte of another client.",
    level: "course",
    hint: "one buffer is shared by connections or threads, or each message is sent to all clients",
    requires: ["two-clients", "sizes"],
    check: expectOwnBytes,
  },
  {
    name: "accept-burst",
    demand: `The server serves all of ${BURST} clients that connect at once, although no further client connects.`,
    level: "course",
    hint: "one accept(2) an edge: an edge-triggered listener must be read until EAGAIN; or a backlog of listen(2) that is shorter than the burst; or a thread gets the address of the accepted descriptor, which the next accept(2) overwrites",
    requires: ["own-bytes"],
    check: acceptBurst,
  },
  {
    name: "slow-reader",
    demand: "A client that does not read delays no other client.",
    level: "course",
    hint: "a blocking send(2), or a loop around it, waits for one client in the thread that serves all",
    requires: ["own-bytes", "short-writes"],
    check: async (visit) => {
      const other = await visit.connect();
      await visit.expectServed(other, "the other client");
      const slow = await visit.connectSlowReader();
      await fillSlowReader(slow, lines(24 * MiB));
      for (let at = 0; at < 50; at++)
        await visit.expectServed(other, "the other client, beside a slow reader");
      await visit.expectServed(await visit.connect(), "a new client, beside a slow reader");
    },
  },
  {
    name: "idle-crowd",
    demand: `One busy client is served beside ${IDLE} silent ones, which stay connected.`,
    level: "course",
    hint: "an array or a pool of threads with fewer places than clients, or a thread per client without a limit",
    requires: ["own-bytes", "prompt"],
    check: async (visit) => {
      const idle = await visit.connectServed(IDLE);
      const busy = await visit.connect();
      for (let at = 1; at <= 200; at++) await visit.expectServed(busy, `the busy client, message ${at}`);
      for (const [index, talker] of idle.entries())
        await visit.expectServed(talker, `silent client ${index + 1}`);
    },
  },
  {
    name: "greedy-client",
    demand: "A client that never stops sending does not starve the others.",
    level: "production",
    hint: "a connection is drained without a bound, while its client keeps filling it",
    requires: ["slow-reader", "stream", "own-bytes"],
    check: serveBesideGreedy,
  },
  {
    name: "many-clients",
    demand: `The server serves ${MANY} clients, or closes those it cannot serve and keeps serving the others.`,
    level: "production",
    hint: "fd_set overflow: FD_SET() of a descriptor of 1,024 or more; or a thread per client without a limit",
    requires: ["idle-crowd", "visitors"],
    explainsEnd: true,
    check: serveMany,
  },
];

async function serveTwo(visit: Visit): Promise<void> {
  const silent = await visit.connect();
  // It is served first, so that both clients cannot stand for one edge of the listener.
  await visit.expectServed(silent, "the first client");
  const other = await visit.connect();
  await visit.expectServed(other, "the second client");
  await visit.expectServed(silent, "the first client");
  for (const { client } of [silent, other]) client.socket.destroy();
}

/** Expects that a client is served beside one that has not sent anything yet. */
async function serveBesideMute(visit: Visit): Promise<void> {
  await visit.connect();
  const other = await visit.connect();
  try {
    await visit.expectServed(other, "a client, while one that has sent nothing yet is connected");
  } catch (error) {
    // Two clients that stood for one edge of the listener are the matter of accept-burst: a further one wakes the server.
    await visit.connect();
    await bounded(
      REPLY_BOUND_MS,
      other.client.waitFor(() => other.client.receivedBytes > 0),
    );
    if (other.client.receivedBytes === 0) throw error;
  }
}

async function acceptBurst(visit: Visit): Promise<void> {
  let connecting: Promise<Talker>[] = [];
  await visit.whileFrozen(async () => {
    connecting = Array.from({ length: BURST }, () => visit.connect({ boundMs: BURST_BOUND_MS }));
    await bounded(CONNECT_WHILE_FROZEN_MS, Promise.allSettled(connecting));
  });
  const served = await Promise.allSettled(
    connecting.map(async (connected, index) =>
      visit.expectServed(await connected, `client ${index + 1} of ${BURST}`, BURST_BOUND_MS),
    ),
  );
  const failed = served.filter((outcome) => outcome.status === "rejected");
  const [first] = failed;
  if (first === undefined) return;
  if (!(first.reason instanceof CaseFailure)) throw first.reason;
  const { observed, ...further } = first.reason.evidence;
  throw new CaseFailure(`${failed.length} of ${BURST} clients were not served; ${observed}`, further);
}

async function serveBesideGreedy(visit: Visit): Promise<void> {
  const others = await visit.connectServed(10);
  const greedy = await visit.connect();
  const chunk = lines(MiB);
  let isPumping = true;
  const pumping = (async () => {
    while (isPumping) await greedy.exchange(chunk, BULK_BOUND_MS);
  })();
  try {
    for (let round = 0; round < 20; round++) {
      for (const [index, other] of others.entries())
        await visit.expectServed(other, `client ${index + 1}, beside a greedy one`);
    }
  } finally {
    isPumping = false;
    await Promise.race([pumping, pause(BULK_BOUND_MS)]);
  }
}

async function serveMany(visit: Visit): Promise<void> {
  const served: Talker[] = [];
  for (let at = 1; at <= MANY; at++) {
    const talker = await visit.connect();
    try {
      await visit.expectServed(talker, `client ${at} of ${MANY}, after ${served.length} served ones`);
      served.push(talker);
    } catch (error) {
      if (!talker.client.isOver) throw error;
    }
  }
  if (served.length < IDLE) throw new CaseFailure(`only ${served.length} of ${MANY} clients were served`);
  for (const [index, talker] of served.entries())
    await visit.expectServed(talker, `client ${index + 1} of ${served.length}, after ${MANY} had connected`);
}
