import { randomBytes, randomInt } from "node:crypto";
import { CaseFailure, showBytes } from "../probe/case-failure.ts";
import type { Talker } from "../probe/talker.ts";
import type { Visit } from "../probe/visit.ts";
import { fillSlowReader, MiB } from "./slow-reader.ts";

/** More than the burst of accept-burst: a server with fewer places fails the simpler case. */
const TALKERS = 25;
const ROUNDS = 8;
/** A message that fits into the socket buffers, and takes several calls of recv(2) and send(2). */
const OWN_BYTES_MAX = 60_000;
/** A letter for each client that reads late. */
const LETTERS = [..."ABCDEF"];
/** More than the socket buffers hold. */
const LATE_BYTES = 8 * MiB;
/** Longest time in which output that has waited comes. */
const LATE_BOUND_MS = 15_000;
const SHOWN_BEFORE = 16;
/** Clients who come after others have left; more than those, because a descriptor may be free since before. */
const NEXT = 12;
const NEXT_LINE = Buffer.from("who is next?\n");
/** More than the own line, so that what else comes is seen, too. */
const NEXT_BYTES = 2 * NEXT_LINE.length;
const NEXT_BOUND_MS = 1000;
const KEPT_OUTPUT =
  "output that was pending for a client who has left is kept with its descriptor, and sent to the next client there";

/** Expects that clients get no byte of each other, while all send at once, and while the output of all waits. */
export async function expectOwnBytes(visit: Visit): Promise<void> {
  const talkers = await visit.connectServed(TALKERS);
  for (let round = 0; round < ROUNDS; round++) await exchangeAtOnce(visit, talkers);
  for (const talker of talkers) await talker.expectSilence(20, Buffer.from("\n"));
  for (const { client } of talkers) client.socket.destroy();
  await expectOwnLateBytes(visit);
  await expectNothingOfThoseGone(visit);
}

/** Lets all clients send while the server is frozen, so that it finds all of their messages at the same time. */
async function exchangeAtOnce(visit: Visit, talkers: readonly Talker[]): Promise<void> {
  let exchanges: Promise<unknown> = Promise.resolve();
  await visit.whileFrozen(async () => {
    exchanges = Promise.all(talkers.map((talker) => talker.exchange(randomLines())));
    // It is awaited when the server runs again.
    exchanges.catch(() => {});
  });
  await exchanges;
}

/**
 * Expects no other client's letter in output that has waited for clients who read late: threads that share a buffer fill it
 * anew meanwhile, also where they never run at the same time. Bytes that are lost are the matter of short-writes.
 */
async function expectOwnLateBytes(visit: Visit): Promise<void> {
  const readers: Talker[] = [];
  while (readers.length < LETTERS.length) readers.push(await visit.connect({ paused: true }));
  await Promise.all(readers.map((reader, index) => fillSlowReader(reader, linesOf(index))));
  const answers = await Promise.all(readers.map((reader) => reader.receive(LATE_BYTES, LATE_BOUND_MS)));
  for (const [index, received] of answers.entries()) expectOwnLetter(index, received);
}

/**
 * Expects no letter of clients who have left with output pending: those who come next have their descriptors. A server that
 * ends meanwhile, or serves nobody any more, is the matter of reset-survival.
 */
async function expectNothingOfThoseGone(visit: Visit): Promise<void> {
  const gone: Talker[] = [];
  while (gone.length < LETTERS.length) gone.push(await visit.connect({ paused: true }));
  await Promise.all(gone.map((talker, index) => fillSlowReader(talker, linesOf(index))));
  for (const { client } of gone) client.socket.resetAndDestroy();
  const connecting = await Promise.allSettled(Array.from({ length: NEXT }, () => visit.connect()));
  const next = connecting.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
  for (const talker of next) talker.send(NEXT_LINE);
  const answers = await Promise.all(next.map((talker) => talker.receive(NEXT_BYTES, NEXT_BOUND_MS)));
  const received = answers.find((bytes) => LETTERS.some((letter) => bytes.includes(letter)));
  if (received === undefined) return;
  throw new CaseFailure(
    "a client got bytes of one that had left before",
    { sent: showBytes(NEXT_LINE), received: showBytes(received) },
    KEPT_OUTPUT,
  );
}

function expectOwnLetter(index: number, received: Buffer): void {
  const owners = LETTERS.map((letter) => (letter === LETTERS[index] ? -1 : received.indexOf(letter)));
  const found = owners.filter((at) => at !== -1);
  if (found.length === 0) return;
  const at = Math.min(...found);
  const from = Math.max(0, at - SHOWN_BEFORE);
  throw new CaseFailure(
    `client ${index + 1} of ${LETTERS.length}, which read late, got bytes of client ${owners.indexOf(at) + 1} from byte ${at + 1} on`,
    { sent: showBytes(linesOf(index), from), received: showBytes(received, from) },
  );
}

/** Returns lines of the letter of a client. */
function linesOf(index: number): Buffer {
  return Buffer.alloc(LATE_BYTES, `${LETTERS[index]?.repeat(511)}\n`);
}

/** Returns lines that repeat bytes of one client. */
function randomLines(): Buffer {
  const bytes = Buffer.alloc(randomInt(2, OWN_BYTES_MAX), `${randomBytes(160).toString("hex")}\n`);
  bytes[bytes.length - 1] = 0x0a;
  return bytes;
}
