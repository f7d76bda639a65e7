import {
  bytesRange,
  choices,
  durationMs,
  durationRangeMs,
  flag,
  integer,
  integers,
  type OptionValues,
  text,
} from "@c10k-lab/cli";
import type { ServerName } from "@c10k-lab/protocol";

/** Architectures that have a twin in C: native/servers/c-NAME.c. */
export const SERVERS: readonly ServerName[] = ["threaded", "select", "epoll", "poll", "uring"];

const BENCH_OPTIONS = {
  servers: choices(SERVERS, {
    describe: `architectures, separated by commas [default: ${SERVERS.join(",")}; with --clients a server with known response times, and the epoll server in C]`,
  }),
  connections: integers({
    describe: "numbers of connections, separated by commas [default: 10,100,1000; 200,1000 with --clients]",
    min: 1,
    max: 100_000,
    noun: "a number of connections",
  }),
  rounds: integer({
    describe:
      "pairs for each architecture and number of connections [default: 5; 7 with --clients, 9 with --table]",
    min: 1,
    max: 10_000,
    noun: "a number of rounds",
  }),
  durationMs: durationMs({
    describe:
      "time that each run exchanges messages [default: 2s; 4s with --clients; with --real the time of each study, 90s]",
    min: 100,
  }),
  sizeBytes: bytesRange({
    describe: "length of the messages, one value or A..B [default: the client's text of 20 bytes]",
    min: 1,
    max: 2 ** 28,
    noun: "a message size",
  }),
  active: integer({
    describe: "of the connections, those that exchange messages; the others stay open [default: all]",
    min: 1,
    max: 100_000,
    noun: "a number of connections",
    excludes: ["clients", "table"],
  }),
  table: {
    ...flag(
      "every load that has a target: 10, 1,000 and 5,000 busy connections, 10,000 of which 100 are active, and 10,000 opened for one message each; nine pairs",
    ),
    excludes: ["connections", "clients"],
  },
  quick: flag("with --table: three pairs of a second each, about ten minutes"),
  against: text({
    describe:
      "folder of another checkout, built, with its own node_modules: compare with its servers instead of those in C",
  }),
  clients: flag(
    "compare the load client, instead of the servers, with an independent one in C and with known response times",
  ),
  rate: integer({
    describe:
      "with --clients and --servers: messages per second of an open loop [default: a closed loop, each message leaves when the last is back]",
    min: 1,
    max: 100_000_000,
    noun: "a rate",
    excludes: ["thinkMs"],
  }),
  truth: flag(
    "measure nothing: simulate experiments whose truth is known, and print how often the intervals hold it",
  ),
  real: flag(
    "with --truth: measure servers in C that waste a known time on each message, with and without another program at work",
  ),
  thinkMs: durationRangeMs({
    describe:
      "with --clients: pause before the next message, one value or A..B, so that no client is the limit",
  }),
  quiet: flag("leave out pairs during which other programs used 10 % of a processor or more"),
  json: text({ describe: "JSON file for every pair", isFileToWrite: true }),
} as const;

export type BenchOptions = OptionValues<typeof BENCH_OPTIONS>;

export const PROGRAM = {
  name: "bench",
  describe:
    "Are the TypeScript servers as fast as C? Runs pairs of both under the same client. With --clients: does the client agree with one in C?",
  options: BENCH_OPTIONS,
  envPrefix: "BENCH",
  examples: [
    ["npm run bench", "every architecture, three loads, five pairs each: about nine minutes"],
    ["npm run bench -- --servers epoll --connections 1000 --rounds 9", "one architecture, more precisely"],
    ["npm run bench -- --table", "every target of the servers, reached or missed: about fifty minutes"],
    [
      "npm run bench -- --table --quick --servers uring",
      "the same of one server, less precisely: two minutes",
    ],
    ["npm run bench -- --size 512", "longer messages: a server may be slow with some lengths only"],
    ["npm run bench -- --against ../before", "this checkout against another one"],
    [
      "npm run bench -- --clients",
      "does the load client agree with the truth, and with another client? five minutes",
    ],
    ["npm run bench -- --truth", "do 99 % intervals hold the truth? Simulated, a minute"],
    ["npm run bench -- --truth --real", "the same with servers whose cost is known, three minutes"],
    ["npm run bench -- --clients --servers epoll --think 5ms..15ms", "both clients on a real server"],
    [
      "npm run bench -- --clients --servers epoll --connections 200 --rate 20000 --rounds 15 --json pairs.json",
      "an open loop, precisely",
    ],
  ] as const,
  epilogue: `Every option can also be set in the environment: --rounds is BENCH_ROUNDS.
Exit codes: 0 all pairs measured, 1 a server or a client failed, or clients or intervals miss the known truth or a target, 2 bad usage,
3 the file could not be written, 130 or 143 interrupted (the pairs measured so far are printed).`,
};
