import { randomBytes } from "node:crypto";
import { pause } from "@c10k-lab/process";
import { line } from "../harness/patterns.ts";
import { CaseFailure, SILENT } from "../probe/case-failure.ts";
import { BULK_BOUND_MS, type Talker } from "../probe/talker.ts";
import type { Visit } from "../probe/visit.ts";
import { NOT_LISTENING } from "../target/command-server.ts";
import type { BlackBoxCase } from "./case.ts";
import { fillSlowReader, MiB } from "./slow-reader.ts";

const QUIET_MS = 300;
/** More than a server counts to that stops after a round number of messages. */
const MESSAGES = 1500;
/** Time after which a slow server has shown enough. On a full machine a good one may need most of it. */
const MESSAGES_BOUND_MS = 30_000;
const ANSWERS_BOUND_MS = 10_000;
/** Time of a prompt answer, ms. */
const PROMPT_MS = 30;
const ANSWERS = 80;
/**
 * Prompt answers that a good server has on a full machine, too. A delayed one has a few there: a client that wakes up late
 * has acknowledged meanwhile, and then acknowledges the next bytes at once.
 */
const PROMPT_ANSWERS = 15;
const QUICK_ANSWERS = 20;
/** Sizes around those of usual buffers. All fit into the socket buffers, so no send(2) is short. */
const SIZES = [255, 256, 257, 1023, 1024, 1025, 2048, 4095, 4096, 4097, 8192, 8193, 16_385, 32_769, 65_537];

/** Cases of one client and its messages, from the simplest on. */
export const MESSAGE_CASES: readonly BlackBoxCase[] = [
  {
    name: "listens",
    demand: "The server listens on the port it was given, and a client can connect.",
    level: "course",
    hint: NOT_LISTENING,
    requires: [],
    explainsEnd: true,
    check: async (visit) => {
      await visit.connect();
    },
  },
  {
    name: "silent-start",
    demand: "The server sends nothing, and keeps the connection open, until the client sends something.",
    level: "course",
    hint: "a greeting or a prompt is sent after accept(2), or a connection is closed at once, as when no thread can be started for it",
    requires: ["listens"],
    check: async (visit) => {
      await (await visit.connect()).expectSilence(QUIET_MS);
    },
  },
  {
    name: "whole-line",
    demand: "A line comes back whole and unchanged, its last byte and its newline included.",
    level: "course",
    hint: "an off-by-one length (strlen() + 1, len - 1), a stripped newline, CR LF in place of LF, or bytes that are changed or turned round",
    requires: ["silent-start"],
    check: async (visit) => {
      const talker = await visit.connect();
      try {
        await talker.exchange("hello, world\n");
      } catch (error) {
        if (!(error instanceof CaseFailure) || talker.client.receivedBytes > 0) throw error;
        const { observed, ...further } = error.evidence;
        throw new CaseFailure(observed, further, SILENT);
      }
    },
  },
  {
    name: "no-extra-bytes",
    demand: "Nothing comes back beyond the bytes that were sent.",
    level: "course",
    hint: "the echo is sent twice, or the whole buffer is sent instead of the bytes that recv(2) returned",
    requires: ["whole-line"],
    check: async (visit) => {
      const talker = await visit.connect();
      await talker.exchange("hello, world\n");
      await talker.expectNoMore(QUIET_MS, Buffer.from("hello, world\n"));
    },
  },
  {
    name: "many-messages",
    demand: "The server keeps a connection open and echoes one message after the other on it.",
    level: "course",
    hint: "the server closes after some answers, or keeps bytes of the last message in its buffer",
    requires: ["no-extra-bytes"],
    check: async (visit) => {
      const talker = await visit.connect();
      const untilMs = performance.now() + MESSAGES_BOUND_MS;
      for (let at = 1; at <= MESSAGES && (at <= 30 || performance.now() < untilMs); at++)
        await expectMessage(talker, at);
      await talker.expectSilence(QUIET_MS, Buffer.from("message\n"));
    },
  },
  {
    name: "prompt",
    demand: `A short line comes back without a delay: ${PROMPT_ANSWERS} of ${ANSWERS} answers take at most ${PROMPT_MS} ms.`,
    level: "course",
    hint: "a sleep for each message, or an answer in two calls of send(2) without TCP_NODELAY: the second part waits for the client's delayed acknowledgement",
    requires: ["many-messages"],
    check: checkPrompt,
  },
  {
    name: "byte-by-byte",
    demand: "Bytes without a newline, sent one at a time, come back one at a time.",
    level: "course",
    hint: "the server waits for a newline or for a full buffer before it answers",
    requires: ["prompt"],
    check: async (visit) => {
      const talker = await visit.connect();
      for (const letter of lines(200).toString().replaceAll("\n", "x")) await talker.exchange(letter);
    },
  },
  {
    name: "every-byte-value",
    demand: "NUL, carriage return and every other byte value come back unchanged.",
    level: "course",
    hint: "string functions that stop at NUL (strlen, strcpy, printf), or bytes decoded as text",
    requires: ["many-messages"],
    check: async (visit) => {
      const talker = await visit.connect();
      for (const first of [0, 128]) {
        const values = Uint8Array.from({ length: 128 }, (_, at) => first + at);
        await talker.exchange(Buffer.concat([values, Buffer.alloc(9), Buffer.from("\r\n\n")]));
      }
    },
  },
  {
    name: "sizes",
    demand: "Messages smaller than, as large as and larger than usual buffers come back whole.",
    level: "course",
    hint: "one recv(2) per edge instead of reading until EAGAIN, a message taken for one recv(2), or a length of 64 KiB that does not fit its type or buffer",
    requires: ["many-messages"],
    check: async (visit) => {
      const talker = await visit.connect();
      for (const size of SIZES) await talker.exchange(lines(size));
      await talker.expectSilence(QUIET_MS, lines(SIZES.at(-1) ?? 1));
    },
  },
  {
    name: "short-writes",
    demand: "A client that begins to read late gets every byte of many MiB.",
    level: "course",
    hint: "the result of send(2) is ignored: a short write or EAGAIN loses the rest; or the server stops after some number of bytes; or an edge is lost, because reading ends before EAGAIN",
    requires: ["sizes", "prompt"],
    check: async (visit) => {
      const talker = await visit.connectSlowReader();
      const bytes = lines(24 * MiB);
      await fillSlowReader(talker, bytes);
      talker.client.resume();
      await talker.expect(bytes, BULK_BOUND_MS);
    },
  },
  {
    name: "stream",
    demand: "A stream of 32 MiB comes back while it is being sent.",
    level: "course",
    hint: "an edge is lost between reading and writing, or output overtakes output that waits for EPOLLOUT",
    requires: ["short-writes"],
    check: async (visit) => {
      await (await visit.connect()).exchange(lines(32 * MiB), BULK_BOUND_MS);
    },
  },
  {
    name: "long-line",
    demand: "One line of 8 MiB comes back whole.",
    level: "production",
    hint: "lines are collected in a buffer with a limit, such as readline() of asyncio (64 KiB)",
    requires: ["stream", "byte-by-byte"],
    check: async (visit) => {
      await (await visit.connect()).exchange(line(8 * MiB), BULK_BOUND_MS);
    },
  },
  {
    name: "interrupted-calls",
    demand: "Signals that stop and continue the server cost no byte.",
    level: "production",
    hint: "EINTR of epoll_wait(2), select(2) or recv(2) is taken for an error",
    requires: ["many-messages"],
    explainsEnd: true,
    check: async (visit) => {
      const { processes } = visit;
      const talker = await visit.connect();
      for (let round = 1; round <= 50; round++) {
        processes.signal("SIGSTOP");
        await pause(2);
        processes.signal("SIGCONT");
        await talker.exchange(`round ${round}\n`);
      }
    },
  },
];

/** Exchanges a message whose length changes from one to the next, and names it when it fails. */
async function expectMessage(talker: Talker, at: number): Promise<void> {
  try {
    await talker.exchange(`${"message ".repeat(30 - (at % 30))}${at}\n`);
  } catch (error) {
    if (!(error instanceof CaseFailure)) throw error;
    const { observed, ...further } = error.evidence;
    throw new CaseFailure(`message ${at}: ${observed}`, further, error.hint);
  }
}

async function checkPrompt(visit: Visit): Promise<void> {
  const talker = await visit.connect();
  const endMs = performance.now() + ANSWERS_BOUND_MS;
  let [answers, prompt] = [0, 0];
  while (answers < ANSWERS && prompt < PROMPT_ANSWERS && performance.now() < endMs) {
    const startMs = performance.now();
    await talker.exchange("how long?\n");
    answers++;
    // A client acknowledges the first bytes of a connection at once, and delays later acknowledgements.
    if (answers > QUICK_ANSWERS && performance.now() - startMs <= PROMPT_MS) prompt++;
  }
  if (prompt >= PROMPT_ANSWERS) return;
  const timed = Math.max(0, answers - QUICK_ANSWERS);
  throw new CaseFailure(
    `${prompt} of ${timed} answers, after the first ${QUICK_ANSWERS}, came within ${PROMPT_MS} ms`,
  );
}

/** Returns random text whose lines have at most 512 bytes; the last byte is a newline. */
export function lines(bytes: number): Buffer {
  const text = Buffer.from(randomBytes(Math.ceil(bytes * 0.75) + 3).toString("base64")).subarray(0, bytes);
  for (let at = 511; at < bytes; at += 512) text[at] = 0x0a;
  text[bytes - 1] = 0x0a;
  return text;
}
