import {
  bytes,
  bytesRange,
  durationMs,
  durationRangeMs,
  flag,
  instantMs,
  integer,
  type OptionValues,
  share,
  text,
} from "@c10k-lab/cli";

const CLIENT_OPTIONS = {
  host: text({ describe: "IPv4 or IPv6 address or name of the server", default: "127.0.0.1" }),
  port: integer({ describe: "TCP port of the server", default: "10000", min: 1, max: 65535, noun: "a port" }),
  connections: integer({
    describe: "connections to open",
    default: "100",
    min: 1,
    max: 1_000_000,
    noun: "a number of connections",
  }),
  message: text({
    describe:
      "text to send as it is, a newline is added [default: This is payload 000 to fff, another each time, so that an echo of somebody else's is noticed]",
  }),
  sizeBytes: bytesRange({
    describe: "instead of --message: random text of N bytes, or A..B each time anew, newline included",
    min: 1,
    max: 2 ** 28,
    noun: "a message size",
  }),
  repeat: integer({
    describe: "messages on each connection [default: 20]",
    min: 1,
    noun: "a number of messages",
  }),
  transferBytes: bytes({
    describe: "instead of --repeat: messages until this much has come back on each connection",
    min: 1,
    noun: "an amount of data",
  }),
  durationMs: durationMs({ describe: "instead of --repeat: messages for this long", min: 1 }),
  connectRate: integer({
    describe: "connections to open per second [default: as fast as they are established]",
    min: 1,
    noun: "a rate",
  }),
  active: share({
    describe:
      "connections that exchange messages, N or P%, evenly spread; the others stay open and idle, and echo once before and once after [default: all]",
  }),
  rate: integer({
    describe:
      "open loop: messages per second of all connections together, due at even intervals whatever comes back [default: closed loop, the next message when the last is back]",
    min: 1,
    max: 100_000_000,
    noun: "a rate",
  }),
  holdMs: durationRangeMs({
    describe: "keep each connection open at least this long, or A..B, from the moment it is established",
  }),
  thinkMs: durationRangeMs({ describe: "pause this long, or A..B, before the next message" }),
  noBarrier: flag("send as soon as a connection is established; otherwise once all are"),
  source: text({
    describe:
      "IPv4 address or network, such as 127.0.0.1/26, whose addresses connections come from in turn: each has ports of its own",
  }),
  startAtMs: instantMs({
    describe:
      "for several clients together: send from this moment on (ISO 8601, or milliseconds since 1970), connect at once; with --no-barrier connect from then on",
  }),
  timeoutMs: durationMs({
    describe: "give a connection up when no byte of an unanswered message comes for this long",
    default: "30s",
    min: 1,
  }),
  connectTimeoutMs: durationMs({
    describe: "give up establishing a connection after this long",
    default: "10s",
    min: 1,
  }),
  waitForServerMs: durationMs({
    describe: "try again for this long when nobody listens there yet",
    default: "0",
  }),
  seed: integer({ describe: "of everything random: sizes, texts, times", default: "1", max: 2 ** 31 }),
  stats: text({
    describe:
      "CSV file to write: one row for every requested connection; {n} becomes the first number not taken",
  }),
  summary: text({
    describe: "JSON file to write: totals, latency histograms, environment; {n} as in --stats",
  }),
  exitWithParent: flag("stop when the process that started this one ends"),
} as const;

export type ClientOptions = OptionValues<typeof CLIENT_OPTIONS>;

/** The client as others see it: its name, options and defaults, without the code that runs. */
export const contract = {
  name: "client",
  describe:
    "TCP load client: opens connections, sends lines of text, verifies every echoed byte, times every message.",
  options: CLIENT_OPTIONS,
  envPrefix: "LOAD",
  examples: [
    ["npm run client", "100 connections × 20 messages to 127.0.0.1:10000"],
    ["npm run client -- --connections 5000 --stats rows.csv --summary sum.json", "with results in files"],
    ["npm run client -- --size 16..1KiB --think 10ms..50ms --duration 10s", "varying messages and pauses"],
    ["npm run client -- --rate 20000 --duration 30s", "an open loop: messages due at even intervals"],
    ["npm run client -- --connections 5000 --active 2% --duration 10s", "most connections idle"],
    [
      "npm run client -- --connections 1000 --repeat 1 --hold 1s..20s",
      "connections kept open for varying times",
    ],
  ] as const,
  epilogue: `Every option is also read from the environment: --connect-rate is LOAD_CONNECT_RATE.
Exit codes: 0 everything asked for was echoed and verified, 1 something was not, 2 bad usage, 3 results could not be
written, 130 or 143 interrupted (rows are written).`,
};
