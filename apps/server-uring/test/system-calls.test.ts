import { execFileSync } from "node:child_process";
import { join } from "node:path";
import {
  Client,
  expectCleanEnd,
  expectLedgersAgree,
  readMetrics,
  ServerProcess,
  testWith,
  traceUnderLoad,
} from "@c10k-lab/conformance";
import { expect, test } from "vitest";

const main = join(import.meta.dirname, "../src/main.ts");
const CLIENTS = 100;
const ROUNDS = 5;

testWith(
  "strace",
  "one thread of server-uring enters the kernel and neither receives nor sends",
  async () => {
    const calls = await traceUnderLoad(main);
    // Node's own event loop may have a ring too, which it enters without a time-out.
    const enters = calls.filter(({ text }) => /^io_uring_enter\(.*IORING_ENTER_EXT_ARG/.test(text));
    expect(enters.length).toBeGreaterThan(100);
    expect(new Set(enters.map(({ thread }) => thread)).size).toBe(1);
    const ofThread = (name: RegExp) =>
      calls.filter((call) => call.thread === enters[0]?.thread && name.test(call.text));
    expect(ofThread(/^(recvfrom|sendto|epoll_ctl|p?poll|p?select6?)\(/)).toHaveLength(0);
    // The accept queue is emptied once, when the server stops.
    expect(ofThread(/^accept4\(/)).toHaveLength(1);
  },
);

test("100 messages that arrive together cost server-uring less than half a system call each", async () => {
  await using server = await ServerProcess.start(main, { args: ["--metrics-port", "0"] });
  const clients = await Client.all(CLIENTS, server.port);
  for (const client of clients) expect(await client.answers()).toBe(true);
  const readWaits = async () => (await readMetrics(server))['echo_system_calls_total{call="wait"}'] ?? 0;
  const before = await readWaits();
  for (let round = 0; round < ROUNDS; round++) {
    await server.freeze();
    // A message that the kernel has taken is in the server's socket: both are on this machine.
    await Promise.all(clients.map((client) => client.send("probe\n")));
    server.kill("SIGCONT");
    for (const client of clients) expect((await client.read(6)).toString()).toBe("probe\n");
  }
  expect(((await readWaits()) - before) / (CLIENTS * ROUNDS)).toBeLessThan(0.5);
  for (const client of clients) await client.finish();
  await expectCleanEnd(server);
});

for (const error of ["EAGAIN", "EBUSY", "EINTR"]) {
  testWith(
    "strace",
    `${error === "EINTR" ? "S7" : "S4"} repeated failures of io_uring_enter(2) with ${error} cost no byte`,
    async () => {
      const injection = `inject=io_uring_enter:error=${error}:when=5+3`;
      const wrapper = ["strace", "-f", "-q", "--seccomp-bpf", "-o", "/dev/null"];
      await using server = await ServerProcess.start(main, {
        wrapper: [...wrapper, "-e", "trace=io_uring_enter", "-e", injection],
      });
      const clients = await Client.all(10, server.port);
      for (let round = 0; round < 10; round++) {
        expect(await Promise.all(clients.map((client) => client.answers()))).not.toContain(false);
      }
      for (const client of clients) await client.finish();
      const ended = await server.stop();
      expect(ended.code, ended.stderr).toBe(0);
      expectLedgersAgree(ended);
      expect(ended.final).toMatchObject({ accepted: 10, requests: 100 });
    },
  );
}

testWith(
  "strace",
  "where a filter forbids io_uring_setup(2) the server prints the remedy and exits 1",
  async () => {
    const wrapper = ["-f", "-q", "-o", "/dev/null", "-e", "inject=io_uring_setup:error=EPERM"];
    const { code, stderr } = await runUnder(wrapper);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /cannot serve: server-uring needs io_uring\(7\).*(--security-opt seccomp=|sysctl)/,
    );
  },
);

async function runUnder(options: readonly string[]): Promise<{ code: number | null; stderr: string }> {
  try {
    execFileSync("strace", [...options, process.execPath, main, "--port", "0"], { stdio: "pipe" });
    return { code: 0, stderr: "" };
  } catch (error) {
    const { status, stderr } = error as { status: number | null; stderr: Buffer };
    return { code: status, stderr: stderr.toString() };
  }
}
