import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "./client.ts";
import { expectLedgersAgree } from "./expectations.ts";
import { type Ended, ServerProcess } from "./server-process.ts";

/** One line of strace(1): a thread and its system call. */
export interface SystemCall {
  readonly thread: number;
  readonly text: string;
}

export interface Trace {
  readonly calls: readonly SystemCall[];
  readonly ended: Ended;
}

export interface TraceOptions {
  /** Arguments of the server. */
  readonly args?: readonly string[];
  /** Option -yy of strace(1), which prints the socket behind each descriptor: `29<TCP:[127.0.0.1:10000->127.0.0.1:40000]>`. */
  readonly namesDescriptors?: boolean;
}

const CALLS =
  "trace=setsockopt,listen,select,pselect6,poll,ppoll,epoll_wait,epoll_pwait,epoll_ctl,io_uring_enter,accept,accept4,recvfrom,sendto";

/**
 * Runs a server under strace(1) and returns all its system calls, which show its architecture.
 *
 * @param talk traffic of the clients before the server is stopped
 */
export async function trace(
  main: string,
  talk: (server: ServerProcess) => Promise<void>,
  { args = [], namesDescriptors = false }: TraceOptions = {},
): Promise<Trace> {
  const decode = namesDescriptors ? ["-yy"] : [];
  // The trace lies in the server's own folder, which disposal removes.
  const wrapper = ["strace", "-f", "-q", "--seccomp-bpf", ...decode, "-o", "strace", "-e", CALLS];
  await using server = await ServerProcess.start(main, { args, wrapper });
  await talk(server);
  const ended = await server.stop();
  expectLedgersAgree(ended);
  const lines = readFileSync(join(server.folder, "strace"), "utf8").split("\n");
  return { calls: lines.map(parse), ended };
}

/** Traces a server while each of ten clients sends ten messages. */
export async function traceUnderLoad(
  main: string,
  args: readonly string[] = [],
): Promise<readonly SystemCall[]> {
  const talk = async ({ port }: ServerProcess) => {
    const clients = await Client.all(10, port);
    for (let round = 0; round < 10; round++) {
      for (const client of clients) await client.answers();
    }
    for (const client of clients) await client.finish();
  };
  return (await trace(main, talk, { args })).calls;
}

function parse(line: string): SystemCall {
  const match = /^(\d+)\s+(.*)$/.exec(line);
  return { thread: Number(match?.[1] ?? 0), text: match?.[2] ?? "" };
}
