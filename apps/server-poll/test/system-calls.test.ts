import { join } from "node:path";
import { testWith, traceUnderLoad } from "@c10k-lab/conformance";
import { expect } from "vitest";

const main = join(import.meta.dirname, "../src/main.ts");

testWith("strace", "one thread of server-poll waits in poll(2), accepts, receives and sends", async () => {
  const calls = await traceUnderLoad(main);
  const listened = calls.find(({ text }) => text.startsWith("listen("))?.text;
  const listener = /^listen\((\d+),/.exec(listened ?? "")?.[1];
  const waits = calls.filter(({ text }) =>
    new RegExp(`^p?poll\\(\\[\\{fd=${listener}, events=POLLIN\\|POLLPRI\\}`).test(text),
  );
  expect(waits.length).toBeGreaterThan(100);
  const thread = waits[0]?.thread;
  expect(waits.every((call) => call.thread === thread)).toBe(true);
  const ofThread = (name: RegExp) => calls.filter((call) => call.thread === thread && name.test(call.text));
  expect(ofThread(/^accept4\(.*SOCK_NONBLOCK/).length).toBeGreaterThanOrEqual(10);
  expect(ofThread(/^recvfrom\(/).length).toBeGreaterThanOrEqual(110);
  expect(ofThread(/^sendto\(/)).toHaveLength(100);
  expect(calls.filter(({ text }) => /^p?select6?\(/.test(text))).toHaveLength(0);
  // Node's own event loop in the worker, before and after the server's.
  expect(ofThread(/^epoll_p?wait/).length).toBeLessThan(5);
});
