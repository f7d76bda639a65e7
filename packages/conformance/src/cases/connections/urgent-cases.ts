import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { cpuUs } from "@c10k-lab/process";
import { pause, untilStable } from "@c10k-lab/process/testing";
import { expect } from "vitest";
import { expectLedgersAgree } from "../../harness/expectations.ts";
import { countBytesTaken, pickSystemCalls, readMetrics } from "../../harness/monitoring.ts";
import { shareServer } from "../../harness/shared-server.ts";
import type { Subject } from "../../harness/subject.ts";
import { testWith } from "../../harness/tools.ts";

/** Start of a Perl client. Node cannot send an urgent byte; Perl can, and every Debian has it. */
const CONNECT = `use Socket; $| = 1; socket(S, PF_INET, SOCK_STREAM, 0); setsockopt(S, SOL_SOCKET, SO_RCVBUF, 1024);
  connect(S, sockaddr_in($ARGV[0], INADDR_LOOPBACK)) or die;`;
const SEND_ALL = `${CONNECT} send(S, "ab", 0); send(S, "!", MSG_OOB); send(S, "cd", 0); shutdown(S, 1);
  my $all = ""; while (sysread(S, my $some, 100)) { $all .= $some } print $all;`;
/** Perl client that sends 32 KiB for each "x" on stdin and an urgent byte for each "!". It never reads. */
const SEND_AS_TOLD = `${CONNECT} while (sysread(STDIN, my $what, 1)) {
  if ($what eq "!") { send(S, "!", MSG_OOB) } else { syswrite(S, "x" x 32768) } print "done"; }`;
const CHUNK_BYTES = 32_768;
/** Perl client that sends an urgent byte, then a line for each byte on stdin. It prints "done" after each echo. */
const SEND_LINES = `${CONNECT} sub echo { my $rest = shift; while ($rest > 0) { $rest -= sysread(S, my $some, $rest) } }
  send(S, "!", MSG_OOB); echo(1); print "done"; while (sysread(STDIN, my $what, 1)) { syswrite(S, "line\\n"); echo(5); print "done"; }`;
const LINES = 20;

export function urgentCases(subject: Subject): void {
  const shared = shareServer(subject, { args: ["--metrics-port", "0"] });

  testWith("perl", "the server echoes an urgent byte like any other", async () => {
    const { port } = shared();
    expect(execFileSync("perl", ["-e", SEND_ALL, String(port)]).toString()).toBe("ab!cd");
  });

  testWith("perl", "after an urgent byte no message costs a second recv(2)", async () => {
    const server = shared();
    const perl = spawn("perl", ["-e", SEND_LINES, String(server.port)], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    const readRecvCalls = async () => pickSystemCalls(await readMetrics(server)).recv ?? 0;
    try {
      await once(perl.stdout, "data");
      const send = async () => {
        perl.stdin.write("x");
        await once(perl.stdout, "data");
      };
      await send();
      const before = await untilStable(readRecvCalls);
      for (let sent = 0; sent < LINES; sent++) await send();
      expect((await untilStable(readRecvCalls)) - before).toBe(subject.hasCallPerMessage ? LINES : 0);
    } finally {
      perl.stdin.end();
      await once(perl, "close");
    }
  });

  testWith("perl", "an urgent byte of a client that does not read costs no CPU time", async () => {
    await using server = await subject.start({ args: ["--metrics-port", "0", "--drain-timeout", "100ms"] });
    const perl = spawn("perl", ["-e", SEND_AS_TOLD, String(server.port)], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    const tell = async (what: string) => {
      perl.stdin.write(what);
      await once(perl.stdout, "data");
    };
    try {
      // Send until the server has an echo that it cannot send, while its receive buffer still has room.
      for (let sent = 0; (await untilStable(() => countBytesTaken(server), 20)) === sent; sent += CHUNK_BYTES)
        await tell("x");
      await tell("!");
      const cpuBeforeUs = cpuUs(server.pid);
      await pause(1000);
      expect(cpuUs(server.pid) - cpuBeforeUs, "CPU µs used in 1 s").toBeLessThanOrEqual(300_000);
    } finally {
      perl.kill("SIGKILL");
    }
    const ended = await server.stop();
    expect(ended.code).toBe(0);
    expectLedgersAgree(ended);
  });
}
