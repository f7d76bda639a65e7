import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "./client.ts";
import { expectBalanced } from "./expectations.ts";
import { type Ended, ServerProcess } from "./server-process.ts";

/** One line of strace(1): who called what. */
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
  /** Whether a descriptor is followed by what it is: `29<TCP:[127.0.0.1:10000->127.0.0.1:40000]>`. */
  readonly namesDescriptors?: boolean;
}

const CALLS =
  "trace=setsockopt,listen,select,pselect6,epoll_wait,epoll_pwait,epoll_ctl,accept,accept4,recvfrom,sendto";

/**
 * What a server asks of the kernel in its whole life: strace(1) is the judge of an architecture.
 *
 * @param talk what clients do before the server is stopped
 */
export async function trace(
  main: string,
  talk: (server: ServerProcess) => Promise<void>,
  { args = [], namesDescriptors = false }: TraceOptions = {},
): Promise<Trace> {
  const decode = namesDescriptors ? ["-yy"] : [];
  // Its working directory is the server's own folder, which goes with it.
  const wrapper = ["strace", "-f", "-q", "--seccomp-bpf", ...decode, "-o", "strace", "-e", CALLS];
  await using server = await ServerProcess.start(main, { args, wrapper });
  await talk(server);
  const ended = await server.stop();
  expectBalanced(ended);
  const lines = readFileSync(join(server.folder, "strace"), "utf8").split("\n");
  return { calls: lines.map(parse), ended };
}

/** The same while ten clients have ten messages echoed each. */
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
