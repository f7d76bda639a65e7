import {
  bytes,
  bytesRange,
  choice,
  durationMs,
  durationRangeMs,
  flag,
  instantMs,
  integer,
  type OptionValues,
  share,
  text,
} from "@c10k-lab/cli";
import { parseSourceRange } from "./source-range.ts";

export { CONNECTS_IN_FLIGHT } from "./connects-in-flight.ts";
export { parseSourceRange };

/** Messages on each connection where nothing bounds them. */
export const DEFAULT_REPEAT = 20;

const CLIENT_OPTIONS = {
  host: text({
    describe: "the server's name or address, IPv4 or IPv6",
    default: "127.0.0.1",
    isPerRun: true,
  }),
  port: integer({
    describe: "the server's TCP port",
    default: "10000",
    min: 1,
    max: 65535,
    noun: "a port",
    isPerRun: true,
  }),
  connections: integer({
    describe: "connections to open",
    default: "100",
    min: 1,
    max: 1_000_000,
    noun: "a number of connections",
    isPerRun: true,
  }),
  message: text({
    describe:
      "text of every message; a newline is added [default: 'This is payload 000' to 'fff', so that the echo of another message is noticed]",
    refuse: (given) => (given.includes("\n") ? "a message is one line; send more with --repeat" : null),
    excludes: ["sizeBytes"],
  }),
  sizeBytes: bytesRange({
    describe: "random text of this many bytes, newline included; A..B: another size for each message",
    min: 1,
    max: 2 ** 28,
    noun: "a message size",
  }),
  repeat: integer({
    describe: `messages on each connection [default: ${DEFAULT_REPEAT}]`,
    min: 1,
    noun: "a number of messages",
    excludes: ["transferBytes", "durationMs"],
  }),
  transferBytes: bytes({
    describe: "bytes to get back on each connection",
    min: 1,
    noun: "an amount of data",
    excludes: ["durationMs"],
  }),
  durationMs: durationMs({ describe: "time in which messages begin", min: 1 }),
  warmupMs: durationMs({
    describe:
      "time before --duration whose messages are verified and counted, and in no clock: caches, code and windows are warm when the clocks start",
    min: 1,
    excludes: ["noBarrier"],
  }),
  connectRate: integer({
    describe: "connections to open per second [default: as fast as they are established]",
    min: 1,
    noun: "a rate",
    isDividedAmongClients: true,
  }),
  active: share({
    describe:
      "connections that exchange messages, N or P%, evenly spread; the others stay open and echo once before and once after [default: all]",
    excludes: ["noBarrier"],
    isDividedAmongClients: true,
  }),
  rate: integer({
    describe:
      "messages per second of all connections together, due at even times: an open loop [default: a closed loop, each message leaves when the last is back]",
    min: 1,
    max: 100_000_000,
    noun: "a rate",
    excludes: ["thinkMs", "noBarrier"],
    isDividedAmongClients: true,
  }),
  holdMs: durationRangeMs({ describe: "least age of a connection when it is closed; A..B: drawn for each" }),
  thinkMs: durationRangeMs({ describe: "pause before the next message; A..B: drawn for each" }),
  noBarrier: flag("send as soon as a connection is established [default: when all are established]"),
  source: text({
    describe:
      "IPv4 address or network to connect from, such as 127.0.0.1/26; its addresses take turns, and each has ports of its own",
    refuse: (given) =>
      parseSourceRange(given) === null
        ? `'${given}' is not an IPv4 network such as 127.0.0.1/26, /8 to /32`
        : null,
  }),
  startAtMs: instantMs({
    describe:
      "moment of the first message, ISO 8601 or milliseconds since 1970: several clients begin together; with --no-barrier also of the first connect",
    isPerRun: true,
  }),
  timeoutMs: durationMs({
    describe: "close a connection when no byte of an unanswered message comes for this long",
    default: "30s",
    min: 1,
  }),
  connectTimeoutMs: durationMs({
    describe: "close a connection that is not established after this long",
    default: "10s",
    min: 1,
  }),
  wait: choice(["sleep", "spin"], {
    describe:
      "between events the loop sleeps, or spins: it asks again at once, which takes a whole core and saves the time to wake up",
    default: "sleep",
  }),
  io: choice(["epoll", "uring"], {
    describe:
      "epoll: a system call for each send and receive, when the socket is ready; uring: io_uring(7), one for a batch, completions",
    default: "epoll",
  }),
  waitForServerMs: durationMs({ describe: "try again for this long while no server listens", default: "0" }),
  seed: integer({
    describe: "seed of the random sizes, texts and times",
    default: "1",
    max: 2 ** 31,
    isPerRun: true,
  }),
  stats: text({
    describe: "CSV file to write, a row for each connection; {n} becomes the first free number",
    isPerRun: true,
    isFileToWrite: true,
  }),
  summary: text({
    describe: "JSON file to write: totals, latency histograms, environment; {n} as in --stats",
    isPerRun: true,
    isFileToWrite: true,
  }),
  control: text({
    describe: "HOST:PORT of a lab that says when messages are exchanged, slice by slice",
    refuse: (given) => (/^.+:\d+$/.test(given) ? null : `'${given}' is not HOST:PORT`),
    excludes: ["repeat", "transferBytes", "durationMs", "noBarrier", "startAtMs", "holdMs"],
    isPerRun: true,
  }),
  gate: text({
    describe:
      "HOST:PORT of a lab that gives the word for the first message when all connections are open: several clients begin together",
    refuse: (given) => (/^.+:\d+$/.test(given) ? null : `'${given}' is not HOST:PORT`),
    excludes: ["control", "noBarrier", "startAtMs"],
    isPerRun: true,
  }),
  exitWithParent: { ...flag("stop when the parent process ends"), isPerRun: true },
} as const;

export type ClientOptions = OptionValues<typeof CLIENT_OPTIONS>;

/** The client's contract: name, options and defaults, without the code that runs. */
export const contract = {
  name: "client",
  describe: "TCP load client: opens connections, sends lines of text, verifies and times every echo.",
  options: CLIENT_OPTIONS,
  envPrefix: "LOAD",
  examples: [
    ["npm run client", "100 connections × 20 messages to 127.0.0.1:10000"],
    ["npm run client -- --connections 5000 --stats rows.csv --summary sum.json", "results in files"],
    ["npm run client -- --size 16..1KiB --think 10ms..50ms --duration 10s", "random messages and pauses"],
    ["npm run client -- --rate 20000 --duration 30s", "an open loop"],
    ["npm run client -- --connections 5000 --active 2% --duration 10s", "most connections idle"],
    ["npm run client -- --io uring --connections 1000 --duration 10s", "fewer system calls than messages"],
    ["npm run client -- --connections 1000 --repeat 1 --hold 1s..20s", "connections of different ages"],
  ] as const,
  epilogue: `Every option is also read from the environment: --connect-rate is LOAD_CONNECT_RATE.
Exit codes: 0 every echo came back and was verified, 1 one did not, 2 wrong usage, 3 results could not be written, 130 or
143 interrupted (rows are written).`,
};
