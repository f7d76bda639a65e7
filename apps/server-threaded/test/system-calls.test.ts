import { join } from "node:path";
import { testWith, traceUnderLoad } from "@c10k-lab/conformance";
import { expect } from "vitest";

const main = join(import.meta.dirname, "../src/main.ts");

testWith(
  "strace",
  "one thread of server-threaded blocks in accept4(2), and each connection's thread in recvfrom(2)",
  async () => {
    const calls = await traceUnderLoad(main);
    const receivers = Map.groupBy(
      calls.filter(({ text }) => text.startsWith("recvfrom(")),
      ({ thread }) => thread,
    );
    expect(receivers.size, "threads that receive").toBe(10);
    for (const [thread, receives] of receivers) {
      expect(receives.length, "ten messages and the FIN").toBeGreaterThanOrEqual(11);
      const sends = calls.filter((call) => call.thread === thread && call.text.startsWith("sendto("));
      expect(sends).toHaveLength(10);
    }
    const asleep = calls.filter(({ text }) => /^recvfrom\(\d+,\s+<unfinished/.test(text));
    expect(asleep.length, "receives that had to wait").toBeGreaterThan(0);
    const acceptors = new Set(
      calls.filter(({ text }) => text.startsWith("accept4(")).map(({ thread }) => thread),
    );
    expect(acceptors.size).toBe(1);
    expect(receivers.has([...acceptors][0] ?? 0)).toBe(false);
    expect(calls.filter(({ text }) => /^accept4\(.*SOCK_NONBLOCK/.test(text))).toHaveLength(0);
    expect(calls.filter(({ text }) => /^p?select6?\(/.test(text))).toHaveLength(0);
  },
);
