import { expect, test } from "vitest";
import { CLOSE_REASONS, FinalLine, ListeningLine } from "../src/index.ts";

const usage = { userUs: 0, systemUs: 0, voluntarySwitches: 0, involuntarySwitches: 0, maxRssKiB: 0 };
const traits = { startsThreadPerConnection: false, scansDescriptors: true, connectionBytes: 24_576 };
const address = { host: "127.0.0.1", port: 10_000 };
const listening = { event: "listening", traits, ...address, pid: 1, metricsPort: null, options: {}, usage };

test.each(["toy", "io-uring", "epoll2"])("a listening line takes the server name %s", (server) => {
  expect(ListeningLine.parse({ ...listening, server })).toMatchObject({ server, traits });
});

test.each(["", "Toy", "2epoll", "-toy", "a/b"])("a listening line rejects the server name '%s'", (server) => {
  expect(ListeningLine.safeParse({ ...listening, server }).success).toBe(false);
});

test("a listening line without traits is rejected", () => {
  expect(ListeningLine.safeParse({ ...listening, traits: undefined }).success).toBe(false);
});

test("a final line needs a count for each close reason and takes no other", () => {
  const schema = FinalLine.pick({ closed: true });
  const closed = Object.fromEntries(CLOSE_REASONS.map((reason) => [reason, 1]));
  expect(schema.safeParse({ closed }).success).toBe(true);
  expect(schema.safeParse({ closed: { ...closed, "refused-descriptor": undefined } }).success).toBe(false);
  expect(schema.safeParse({ closed: { ...closed, refused: 1 } }).success).toBe(false);
});
