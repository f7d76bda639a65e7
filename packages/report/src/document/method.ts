import { CONFIDENCE_PERCENT, median, REPETITIONS_MIN } from "@c10k-lab/inference";
import type { Manifest, RepetitionResult, Slice } from "@c10k-lab/protocol";
import { describeRefusedCalls, integer, listed, quoteWords } from "@c10k-lab/words";
import type { Experiment } from "../model/experiment.ts";
import { blocks, bullets } from "../text/markdown.ts";

/** Renders how it was measured, in ten lines at most. */
export function method(experiments: readonly Experiment[]): string {
  const repetitions = experiments.flatMap(({ results }) => results.repetitions);
  if (repetitions.length === 0) return "";
  const slices = repetitions.flatMap((one) => one.slices);
  const whole = repetitions.some((one) => one.slices.length === 0);
  const isElsewhere = experiments.some(({ results }) => ELSEWHERE.includes(results.manifest.engine));
  const isSearchOnly = experiments.every(({ results }) => results.capacity !== null);
  const isSearch = experiments.some(({ results }) => results.capacity !== null);
  return blocks([
    "## Method",
    bullets([
      ...describeServers(repetitions),
      ...(isSearch ? [SEARCHING] : []),
      ...(slices.length > 0 ? [isSearch ? describeTries(slices) : describeSlices(slices)] : []),
      ...(whole ? [isSearch ? describeWholeTries(slices.length > 0) : WHOLE] : []),
      ...(whole && isElsewhere ? [WHOLE_ELSEWHERE] : []),
      ...listLoops(repetitions),
      ...listForeign(repetitions),
      "Response time runs from the first byte of a message sent to its last byte back; connect time is kept apart.",
      ...(isSearchOnly ? [] : COMPARING),
    ]),
  ]);
}

const COMPARING = [
  "CPU time per message is that of the server's process, user and system, without starting up.",
  `Intervals are ${CONFIDENCE_PERCENT} % intervals. A difference is claimed only if its interval leaves out 1.`,
];

const SEARCHING =
  "A search doubles the load until the objective is missed, then halves the interval, then repeats both ends with new starts.";

const WHOLE = `Measured whole: each repetition starts a new server and a new client, one cell after another; a value is the median, with an interval from ${REPETITIONS_MIN} repetitions on.`;

/** Engines whose servers or clients are on other machines. */
const ELSEWHERE: readonly Manifest["engine"][] = ["swarm", "remote"];

const WHOLE_ELSEWHERE =
  "With a server or clients on another machine every cell is measured whole: the lab cannot direct a load there slice by slice.";

/** Describes slices with the length of a turn, to 10 ms. */
function describeSlices(slices: readonly Slice[]): string {
  return `Slices: all servers of a load are up together and take turns of some ${turnText(slices)} in random order, so that a disturbance meets all. Disturbed slices are measured again.`;
}

/** Describes the slices of a search, each at a rate of its own. */
function describeTries(slices: readonly Slice[]): string {
  return `Rates are tried in slices: all servers are up together and take turns of some ${turnText(slices)} in random order, each at its own next rate. A slice that failed while others took a core is measured again.`;
}

function describeWholeTries(hasSlices: boolean): string {
  const loads = hasSlices ? "Numbers of connections" : "All loads";
  return `${loads} are tried whole: each try starts a new server and a new client.`;
}

function turnText(slices: readonly Slice[]): string {
  const turnMs = median(slices.map(({ durationMs, turns }) => durationMs / turns)) ?? 0;
  return `${integer(10 * Math.max(1, Math.round(turnMs / 10)))} ms`;
}

function describeServers(repetitions: readonly RepetitionResult[]): string[] {
  const own = [
    ...new Set(repetitions.filter(({ ledger }) => ledger === "both").map(({ variant }) => variant)),
  ];
  const all = new Set(repetitions.map(({ variant }) => variant));
  const compares = "The client compares every byte that returns with the byte it sent";
  if (own.length === 0) return ["The servers are programs of others that echo every byte.", `${compares}.`];
  if (own.length === all.size) {
    return [
      "The servers echo every byte; they differ in architecture alone, and wait with the system calls of their names.",
      `${compares}, and the ledgers of both sides must agree: connections, messages, bytes.`,
    ];
  }
  const ours =
    own.length === 1
      ? `${listed(own)} is this project's, and waits with the system calls of its name`
      : `${listed(own)} are this project's: they differ in architecture alone, and wait with the system calls of their names`;
  return [
    `The servers echo every byte. ${ours}.`,
    `${compares}, and where both sides keep a ledger these must agree: connections, messages, bytes.`,
  ];
}

/** Names servers that are not the lab's: less is known of them. */
function listForeign(repetitions: readonly RepetitionResult[]): string[] {
  const namesWith = (holds: (one: RepetitionResult) => boolean) =>
    listed([...new Set(repetitions.filter(holds).map(({ variant }) => variant))]);
  const alone = namesWith(({ ledger }) => ledger === "client-only");
  const sampled = namesWith(({ evidence }) => evidence.sampledCalls !== null);
  const refused = repetitions.filter(({ evidence }) => evidence.callsRefusal !== null);
  return [
    ...(alone === ""
      ? []
      : [
          `Client only: ${alone}. Without a ledger of the server the client's checked bytes are the only account, and its CPU time is that of its processes in /proc.`,
        ]),
    ...(sampled === ""
      ? []
      : [`System calls of ${sampled} are sampled by strace(1), at a time when nothing was measured.`]),
    ...describeRefusedCalls(refused),
  ];
}

function listLoops(repetitions: readonly RepetitionResult[]): string[] {
  const isOpen = ({ client }: RepetitionResult) => (client?.latencyUs.intended.count ?? 0) > 0;
  const open = repetitions.some(isOpen);
  const closed = repetitions.some((one) => one.client !== null && !isOpen(one));
  return [
    ...(open
      ? ["Open loop: messages are due at a fixed rate, and their time counts from when they were due."]
      : []),
    ...(closed
      ? [
          "Closed loop: a connection sends its next message when the last one came back, so compare servers at the same load only.",
        ]
      : []),
  ];
}

/** Returns the command that makes an experiment anew. */
export function commandOf({ manifest: { plan, command }, capacity }: Experiment["results"]): string {
  if (command !== undefined) return `npm run lab -- ${quoteWords(command)}`;
  return capacity === null ? `npm run lab -- run ${plan}` : "npm run lab -- capacity";
}
