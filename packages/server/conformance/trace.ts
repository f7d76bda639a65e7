import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "./client.ts";
import { expectBalanced } from "./expectations.ts";
import { ServerProcess } from "./server-process.ts";

/** One line of strace(1): who called what. */
export interface SystemCall {
  readonly thread: number;
  readonly text: string;
}

/** What a server asks of the kernel while ten clients talk to it: strace(1) is the judge of an architecture. */
export async function traceUnderLoad(main: string, args: readonly string[] = []): Promise<SystemCall[]> {
  const calls =
    "trace=select,pselect6,epoll_wait,epoll_pwait,epoll_ctl,accept,accept4,recvfrom,sendto,clone,clone3";
  const folder = mkdtempSync(join(tmpdir(), "c10k-trace-"));
  const file = join(folder, "strace");
  await using server = await ServerProcess.start(main, {
    args,
    wrapper: ["strace", "-f", "-q", "--seccomp-bpf", "-o", file, "-e", calls],
  });
  const clients = await Client.all(10, server.port);
  for (let round = 0; round < 10; round++) {
    for (const client of clients) await client.answers();
  }
  for (const client of clients) await client.finish();
  const ended = await server.stop();
  expectBalanced(ended);
  const lines = readFileSync(file, "utf8").split("\n");
  rmSync(folder, { recursive: true });
  return lines.map(parse);
}

function parse(line: string): SystemCall {
  const match = /^(\d+)\s+(.*)$/.exec(line);
  return { thread: Number(match?.[1] ?? 0), text: match?.[2] ?? "" };
}
