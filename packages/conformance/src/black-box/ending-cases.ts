import { pause } from "@c10k-lab/process";
import { CaseFailure } from "../probe/case-failure.ts";
import { BULK_BOUND_MS, bounded, type Talker } from "../probe/talker.ts";
import type { Visit } from "../probe/visit.ts";
import type { BlackBoxCase } from "./case.ts";
import { lines } from "./message-cases.ts";
import { fillSlowReader, MiB } from "./slow-reader.ts";

const FLUSH_BOUND_MS = 1000;
const LAST_LINE = Buffer.from("the last line\n");

/** Cases of the end of a connection: a FIN, a reset. */
export const ENDING_CASES: readonly BlackBoxCase[] = [
  {
    name: "half-close",
    demand: "A client that sends its last line and a FIN together still gets the line back.",
    level: "course",
    hint: "FIN before the echo: the connection is closed at EPOLLRDHUP, while its last bytes are unread or unsent",
    requires: ["many-messages", "next-client"],
    check: checkHalfClose,
  },
  {
    name: "half-close-pending",
    demand: "A client that sends 8 MiB and a FIN, and reads later, gets all of it back.",
    level: "course",
    hint: "FIN before the echo: recv(2) returned 0, and close(2) dropped the output that was still pending",
    requires: ["half-close", "short-writes"],
    check: async (visit) => {
      const early = await visit.connect();
      const some = lines(60_000);
      early.client.socket.end(some);
      await early.expect(some);
      const talker = await visit.connectSlowReader();
      const bytes = lines(8 * MiB);
      const sending = talker.sendAll(bytes).then(() => talker.client.socket.end());
      await bounded(1000, sending);
      await pause(500);
      talker.client.resume();
      await talker.expect(bytes, BULK_BOUND_MS);
    },
  },
  {
    name: "reset-survival",
    demand: "Clients that reset their connections end neither the server nor its service for others.",
    level: "course",
    hint: "SIGPIPE is not ignored (MSG_NOSIGNAL), or ECONNRESET or EPIPE of one client ends the loop",
    requires: ["next-client", "accept-burst", "sizes"],
    explainsEnd: true,
    check: async (visit) => {
      await resetInManyWays(visit);
      await pause(500);
      if (visit.target.processes?.hasEnded) throw new CaseFailure("the server had ended after clients reset");
      try {
        const next = await visit.connect();
        await visit.expectServed(next, "a new client, after others had reset");
      } catch (error) {
        // A server that spins serves nobody either, and reset-quiet names that cause.
        if (!(await visit.isSpinning())) throw error;
      }
    },
  },
  {
    name: "reset-quiet",
    demand: "A connection that its client has reset costs no CPU time.",
    level: "course",
    hint: "spins on a reset: EPOLLERR or ECONNRESET is reported again and again, because the socket is not closed",
    requires: ["reset-survival", "idle-quiet"],
    check: async (visit) => {
      await resetInManyWays(visit);
      await visit.expectQuiet("after its clients had reset");
    },
  },
  {
    name: "fin-quiet",
    demand: "A connection that its client has closed costs no CPU time.",
    level: "course",
    hint: "recv(2) returned 0 and the socket is still watched: a level-triggered poller reports it again and again",
    requires: ["half-close", "idle-quiet"],
    check: async (visit) => {
      for (let at = 0; at < 5; at++) {
        const talker = await visit.connect();
        await talker.exchange(LAST_LINE);
        talker.client.socket.end();
      }
      await visit.expectQuiet("after its clients had sent a FIN");
    },
  },
  {
    name: "closes-after-fin",
    demand: "The server closes its side after the client's FIN, also of a FIN that came with the last bytes.",
    level: "course",
    hint: "recv(2) that returned 0 is ignored, or an edge that stood for data and FIN was read only once",
    requires: ["half-close", "fin-quiet", "descriptors", "leftovers"],
    check: async (visit) => {
      const apart = await visit.connect();
      await apart.exchange(LAST_LINE);
      await pause(50);
      apart.client.socket.end();
      await apart.expectEnd();
      const together = await visit.connect();
      await together.exchange(LAST_LINE);
      await visit.whileFrozen(() => sendWithFin(together));
      await together.expect(LAST_LINE);
      await together.expectEnd();
    },
  },
];

async function checkHalfClose(visit: Visit): Promise<void> {
  const known = await visit.connect();
  await known.exchange(LAST_LINE);
  await visit.whileFrozen(() => sendWithFin(known));
  await known.expect(LAST_LINE);

  let early: Talker | undefined;
  await visit.whileFrozen(async () => {
    early = await visit.connect();
    await sendWithFin(early);
  });
  await early?.expect(LAST_LINE);

  for (const size of [1, 200]) {
    const talker = await visit.connect();
    const bytes = lines(size);
    talker.client.socket.end(bytes);
    await talker.expect(bytes);
  }
}

async function sendWithFin({ client: { socket } }: Talker, bytes: Buffer = LAST_LINE): Promise<void> {
  socket.end(bytes);
  const flushed = socket.writableFinished || new Promise((resolve) => socket.once("finish", resolve));
  await bounded(FLUSH_BOUND_MS, Promise.resolve(flushed));
}

/** Resets connections that are idle, that have unread output, that have sent a FIN, and that are not yet accepted. */
async function resetInManyWays(visit: Visit): Promise<void> {
  for (let round = 0; round < 3; round++) {
    const idle = await visit.connect();
    await visit.expectServed(idle, "a client before its reset");
    idle.client.socket.resetAndDestroy();

    const unread = await visit.connectSlowReader();
    await fillSlowReader(unread, lines(MiB));
    unread.client.socket.resetAndDestroy();

    for (const way of ["reset", "close"] as const) {
      const unheard = await visit.connect({ paused: true });
      await visit.whileFrozen(() => leaveUnheard(unheard, way));
    }

    const never = await visit.connect();
    never.client.socket.resetAndDestroy();
  }
}

/**
 * Leaves while the server has unread input. After a FIN a reset makes the next send(2) fail with EPIPE and SIGPIPE; after
 * close(2) the first send(2) is answered by a reset, and the second one fails so.
 */
async function leaveUnheard(talker: Talker, way: "reset" | "close"): Promise<void> {
  await sendWithFin(talker, lines(40_000));
  if (way === "reset") talker.client.socket.resetAndDestroy();
  else talker.client.socket.destroy();
  await pause(20);
}
