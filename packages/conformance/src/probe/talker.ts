import { callAfter } from "@c10k-lab/process";
import type { Client } from "../harness/client.ts";
import { CaseFailure, CHANGED, RESET, SLOW, showBytes } from "./case-failure.ts";

/** Longest time for a short answer. A good server may be slow, on a busy machine even more. */
export const REPLY_BOUND_MS = 8000;
/** Longest time for some MiB. */
export const BULK_BOUND_MS = 40_000;
/** Longest pause within many bytes. */
const STALL_BOUND_MS = 8000;
const CHUNK_BYTES = 65_536;
/** Time in which a server that is only slow sends some more. */
const MORE_BOUND_MS = 1000;
/** Bytes that differ in an answer whose others are right; more can be another client's, or moved. */
const CHANGES_MAX = 8;
/** Messages in which one byte in eight may differ by chance are too short to tell. */
const TELLING_BYTES = 1024;

/** One client of a case: it verifies every byte, and each of its waits is bounded. */
export class Talker {
  readonly client: Client;
  sentBytes = 0;

  constructor(client: Client) {
    this.client = client;
  }

  /** Sends bytes and expects them back. */
  async exchange(bytes: Uint8Array | string, boundMs = REPLY_BOUND_MS): Promise<void> {
    const wanted = Buffer.from(bytes);
    const sentMs = performance.now();
    this.send(wanted);
    await this.expect(wanted, boundMs, sentMs);
  }

  /** Sends bytes in the background. */
  send(bytes: Uint8Array): void {
    void this.sendAll(bytes);
  }

  /** Resolves when the kernel has taken all bytes or the connection is over. */
  async sendAll(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length && !this.client.isClosed; at += CHUNK_BYTES) {
      const chunk = bytes.subarray(at, at + CHUNK_BYTES);
      await Promise.race([this.client.send(chunk), this.client.untilClosed()]);
      this.sentBytes += chunk.length;
    }
  }

  /** Expects bytes that were sent before. @throws CaseFailure */
  async expect(wanted: Buffer, boundMs = REPLY_BOUND_MS, sentMs = performance.now()): Promise<void> {
    const { client } = this;
    await this.#untilReceived(wanted.length, boundMs);
    const got = client.takeBuffered(wanted.length);
    if (got.equals(wanted)) return;
    const afterMs = Math.round(performance.now() - sentMs);
    const at = findDifference(got, wanted);
    const from = Math.max(0, at - 16);
    const bytes = { sent: showBytes(wanted, from), received: showBytes(got, from), afterMs };
    const isLate = at === got.length && at > 0 && (await this.#isSendingMore());
    if (!isLate)
      throw new CaseFailure(
        this.#describe(got, wanted, at),
        bytes,
        hasFewChanges(got, wanted) ? CHANGED : null,
      );
    const observed = `only ${got.length} of ${wanted.length} bytes had come back, and more were coming`;
    throw new CaseFailure(observed, bytes, SLOW);
  }

  /** Begins to read, and returns what has come, at most `length` bytes. */
  async receive(length: number, boundMs: number): Promise<Buffer> {
    this.client.resume();
    await this.#untilReceived(length, boundMs);
    return this.client.takeBuffered(length);
  }

  /** Expects that nothing arrives, and that the connection stays open. @throws CaseFailure */
  async expectSilence(ms: number, sent?: Buffer): Promise<void> {
    await this.expectNoMore(ms, sent);
    if (this.client.isOver) throw new CaseFailure(`${this.#ending()} although the client had not closed it`);
  }

  /** Expects that no byte arrives. @throws CaseFailure */
  async expectNoMore(ms: number, sent?: Buffer): Promise<void> {
    const { client } = this;
    await bounded(
      ms,
      client.waitFor(() => client.bufferedBytes > 0 || client.isOver),
    );
    if (client.bufferedBytes > 0) {
      await bounded(ms, client.untilOver());
      const extra = client.takeBuffered();
      const words = sent ? "more came back than was sent" : "bytes came before anything was sent";
      throw new CaseFailure(`${words}: ${extra.length} bytes`, {
        ...(sent ? { sent: showBytes(sent) } : {}),
        received: showBytes(extra),
      });
    }
  }

  /** Expects the server's FIN. @throws CaseFailure */
  async expectEnd(boundMs = REPLY_BOUND_MS): Promise<void> {
    const { client } = this;
    await bounded(boundMs, client.untilOver());
    if (client.bufferedBytes > 0)
      throw new CaseFailure("more came back than was sent", { received: showBytes(client.takeBuffered()) });
    if (client.error) throw new CaseFailure(`${this.#ending()} instead of ended`, {}, RESET);
    if (!client.isOver)
      throw new CaseFailure(`the server had not closed its side ${boundMs} ms after the client's FIN`);
  }

  /** Waits for bytes, at most `boundMs`, and of many bytes at most `STALL_BOUND_MS` without progress. */
  async #untilReceived(length: number, boundMs: number): Promise<void> {
    const { client } = this;
    const deadlineMs = performance.now() + boundMs;
    const stallMs = length > CHUNK_BYTES ? STALL_BOUND_MS : boundMs;
    for (let before = -1; client.bufferedBytes < length && !client.isOver; ) {
      if (client.bufferedBytes === before || performance.now() >= deadlineMs) return;
      before = client.bufferedBytes;
      const isDone = () => client.bufferedBytes >= length || client.isOver;
      await bounded(Math.min(stallMs, deadlineMs - performance.now()), client.waitFor(isDone));
    }
  }

  async #isSendingMore(): Promise<boolean> {
    const { client } = this;
    await bounded(
      MORE_BOUND_MS,
      client.waitFor(() => client.bufferedBytes > 0 || client.isOver),
    );
    return client.bufferedBytes > 0;
  }

  #describe(got: Buffer, wanted: Buffer, at: number): string {
    if (at < got.length) {
      const [gotByte, wantedByte] = [got, wanted].map((bytes) => `0x${bytes[at]?.toString(16)}`);
      return `byte ${at + 1} of ${wanted.length} is ${gotByte}, but ${wantedByte} was sent`;
    }
    const count = `${got.length} of ${wanted.length} bytes came back`;
    return this.client.isOver ? `${count}, then ${this.#ending()}` : `only ${count}`;
  }

  #ending(): string {
    const { error } = this.client;
    return error ? `the connection was reset (${error.code})` : "the server closed the connection";
  }
}

/** Waits for a promise, at most `boundMs`. */
export async function bounded(boundMs: number, promise: Promise<unknown>): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const cancel = callAfter(boundMs, resolve);
  await Promise.race([promise, late]);
  cancel();
}

function hasFewChanges(got: Buffer, wanted: Buffer): boolean {
  if (got.length !== wanted.length || wanted.length < TELLING_BYTES) return false;
  return wanted.reduce((count, byte, index) => count + (got[index] === byte ? 0 : 1), 0) <= CHANGES_MAX;
}

function findDifference(got: Buffer, wanted: Buffer): number {
  if (got.equals(wanted.subarray(0, got.length))) return got.length;
  return got.findIndex((byte, index) => byte !== wanted[index]);
}
