import { join } from "node:path";
import { Client, expectLedgersAgree, ServerProcess, testWith, traceUnderLoad } from "@c10k-lab/conformance";
import { expect } from "vitest";

const main = join(import.meta.dirname, "../src/main.ts");

testWith(
  "strace",
  "one thread of server-epoll waits in epoll_wait(2) for edges, accepts, receives and sends",
  async () => {
    const calls = await traceUnderLoad(main);
    const edges = calls.filter(({ text }) =>
      /^epoll_ctl\(.*EPOLL_CTL_ADD.*EPOLLIN.*EPOLLRDHUP.*EPOLLET/.test(text),
    );
    expect(edges.length, "descriptors watched: ten clients, the listener, the stop request").toBe(12);
    const thread = edges[0]?.thread;
    const ofThread = (name: RegExp) => calls.filter((call) => call.thread === thread && name.test(call.text));
    expect(ofThread(/^epoll_p?wait\(/).length).toBeGreaterThan(100);
    expect(ofThread(/^accept4\(.*SOCK_NONBLOCK/).length).toBeGreaterThanOrEqual(10);
    for (const call of ["recvfrom", "sendto"]) {
      const elsewhere = calls.filter(({ text, thread: by }) => text.startsWith(`${call}(`) && by !== thread);
      expect(elsewhere, `${call} of other threads`).toHaveLength(0);
      expect(ofThread(new RegExp(`^${call}\\(`)).length).toBeGreaterThanOrEqual(100);
    }
    expect(calls.filter(({ text }) => /^p?select6?\(/.test(text))).toHaveLength(0);
    // A message costs one recv(2), not a second one that returns EAGAIN.
    expect(ofThread(/^recvfrom\(/).length).toBeLessThan(130);
  },
);

testWith("strace", "with --trigger level server-epoll requests no edges", async () => {
  const calls = await traceUnderLoad(main, ["--trigger", "level"]);
  expect(
    calls.filter(({ text }) => /^epoll_ctl\(.*EPOLL_CTL_ADD.*EPOLLIN/.test(text)).length,
  ).toBeGreaterThan(10);
  expect(calls.filter(({ text }) => /^epoll_ctl\(.*EPOLLET/.test(text))).toHaveLength(0);
});

testWith("strace", "server-epoll passes --max-events to epoll_wait(2)", async () => {
  const calls = await traceUnderLoad(main, ["--max-events", "7"]);
  expect(
    calls.filter(({ text }) => /(^epoll_wait\(|<\.\.\. epoll_wait resumed>).*, 7, -?\d+/.test(text)).length,
  ).toBeGreaterThan(100);
});

testWith("strace", "T3 when epoll_wait(2) fails for good, every open connection has a row", async () => {
  // Node's own loop waits in epoll_pwait(2).
  const injection = ["-e", "trace=epoll_wait", "-e", "inject=epoll_wait:error=ENOMEM:when=30"];
  const wrapper = ["strace", "-f", "-q", "--seccomp-bpf", "-o", "/dev/null", ...injection];
  await using server = await ServerProcess.start(main, { wrapper });
  const clients = await Client.all(5, server.port);
  const talks = clients.map(async (client) => {
    while (!client.isOver) if (!(await client.answers().catch(() => false))) return;
  });
  await Promise.all(talks);
  const ended = await server.ended();
  expect(ended).toMatchObject({ code: 1, final: { accepted: 5, closed: { aborted: 5 } } });
  expect(ended.stderr).toContain("cannot serve: ");
  expectLedgersAgree(ended);
});
