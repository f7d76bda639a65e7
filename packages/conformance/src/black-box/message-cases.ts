import { randomBytes } from "node:crypto";
import { pause } from "@c10k-lab/process";
import { line } from "../harness/patterns.ts";
import { BULK_BOUND_MS } from "../probe/talker.ts";
import type { BlackBoxCase } from "./case.ts";
import { fillSlowReader, MiB } from "./slow-reader.ts";

const QUIET_MS = 300;
/** Sizes around those of usual buffers. All fit into the socket buffers, so no send(2) is short. */
const SIZES = [255, 256, 257, 1023, 1024, 1025, 2048, 4095, 4096, 4097, 8192, 8193, 16_385, 32_769, 65_537];

/** Cases of one client and its messages, from the simplest on. */
export const MESSAGE_CASES: readonly BlackBoxCase[] = [
  {
    name: "listens",
    demand: "The server listens on the port it was given, and a client can connect.",
    level: "course",
    hint: "the port of the command line is ignored, or the server listens on another address than 127.0.0.1",
    requires: [],
    check: async (visit) => {
      await visit.connect();
    },
  },
  {
    name: "silent-start",
    demand: "The server sends nothing, and keeps the connection open, until the client sends something.",
    level: "course",
    hint: "a greeting or a prompt is sent after accept(2)",
    requires: ["listens"],
    check: async (visit) => {
      await (await visit.connect()).expectSilence(QUIET_MS);
    },
  },
  {
    name: "whole-line",
    demand: "A line comes back whole and unchanged, its last byte and its newline included.",
    level: "course",
    hint: "an off-by-one length (strlen() + 1, len - 1), a stripped newline, CR LF in place of LF, or bytes kept until a buffer is full",
    requires: ["silent-start"],
    check: async (visit) => {
      await (await visit.connect()).exchange("hello, world\n");
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
      await talker.expectSilence(QUIET_MS, Buffer.from("hello, world\n"));
    },
  },
  {
    name: "many-messages",
    demand: "The server keeps a connection open and echoes one message after the other on it.",
    level: "course",
    hint: "the server closes after its first answer, or keeps bytes of the last message in its buffer",
    requires: ["no-extra-bytes"],
    check: async (visit) => {
      const talker = await visit.connect();
      for (let at = 1; at <= 30; at++) await talker.exchange(`${"message ".repeat(30 - at)}${at}\n`);
      await talker.expectSilence(QUIET_MS, Buffer.from("30\n"));
    },
  },
  {
    name: "byte-by-byte",
    demand: "Bytes without a newline, sent one at a time, come back one at a time.",
    level: "course",
    hint: "the server waits for a newline or for a full buffer before it answers",
    requires: ["many-messages"],
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
      const values = Uint8Array.from({ length: 1024 }, (_, at) => at);
      await (await visit.connect()).exchange(
        Buffer.concat([Buffer.alloc(500), values, Buffer.from("\r\n\n")]),
      );
    },
  },
  {
    name: "sizes",
    demand: "Messages smaller than, as large as and larger than usual buffers come back whole.",
    level: "course",
    hint: "one recv(2) per edge instead of reading until EAGAIN, or a message taken for one recv(2)",
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
    hint: "the result of send(2) is ignored: a short write or EAGAIN loses the rest",
    requires: ["sizes"],
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

/** Returns random text whose lines have at most 512 bytes; the last byte is a newline. */
export function lines(bytes: number): Buffer {
  const text = Buffer.from(randomBytes(Math.ceil(bytes * 0.75) + 3).toString("base64")).subarray(0, bytes);
  for (let at = 511; at < bytes; at += 512) text[at] = 0x0a;
  text[bytes - 1] = 0x0a;
  return text;
}
