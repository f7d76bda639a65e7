import { CONFIDENCE_PERCENT, REPETITIONS_MIN } from "@c10k-lab/inference";
import type { RepetitionResult } from "@c10k-lab/protocol";
import { listed } from "@c10k-lab/words";
import { type Experiment, titleOf } from "../model/experiment.ts";
import { isAboutScaling } from "../model/group.ts";
import { RATIO_MIN } from "../model/limits.ts";
import { blocks, bullets } from "../text/markdown.ts";
import { describeScalingRule } from "../wording/scaling.ts";

type Client = RepetitionResult["client"];

/** Renders how it was measured. */
export function method(experiments: readonly Experiment[]): string {
  return blocks([
    "## Method",
    "Each server runs alone under each load: a server, its options and a load make a cell. Every cell starts a " +
      "new server process and a new client process. The servers echo every byte; they differ in architecture alone.",
    bullets([
      ...loadSentences(experiments),
      ...measureSentences(experiments),
      ...judgementSentences(experiments),
    ]),
  ]);
}

function loadSentences(experiments: readonly Experiment[]): string[] {
  const isOpen = (client: Client) => (client?.latencyUs.intended.count ?? 0) > 0;
  const open = titlesOf(experiments, isOpen);
  const closed = titlesOf(experiments, (client) => !isOpen(client));
  const rushed = titlesOf(experiments, (client) => client?.asked.options.noBarrier === true);
  const where = (titles: readonly string[]) =>
    open.length > 0 && closed.length > 0 ? ` (${listed(titles)})` : "";
  return [
    ...(open.length === 0
      ? []
      : [
          `Open loop${where(open)}: messages are due at a fixed rate, and the time from the moment a message was due is recorded beside its response time.`,
        ]),
    ...(closed.length === 0
      ? []
      : [
          `Closed loop${where(closed)}: a connection sends its next message when the last one came back. The mean response time is therefore ` +
            "close to active connections divided by rate and grows with the load whatever the architecture; compare servers at the same load.",
        ]),
    "Barrier: all connections are established before the first message is sent" +
      (rushed.length === 0 ? "." : `; not so in ${listed(rushed)}, where each begins by itself.`),
  ];
}

/** Returns the titles of the groups with a cell for whose client it holds; the plan's name where all have one. */
function titlesOf(experiments: readonly Experiment[], holds: (client: Client) => boolean): string[] {
  return experiments.flatMap((experiment) => {
    const such = experiment.groups.filter(({ cells }) => cells.some(({ middle }) => holds(middle.client)));
    return such.length === experiment.groups.length
      ? [experiment.name]
      : such.map((group) => titleOf(experiment, group));
  });
}

/** Returns the variants with such a repetition, each once. */
function variantsWith(
  experiments: readonly Experiment[],
  holds: (one: RepetitionResult) => boolean,
): string[] {
  const all = experiments.flatMap(({ results }) => results.repetitions);
  return [...new Set(all.filter(holds).map(({ variant }) => variant))];
}

function measureSentences(experiments: readonly Experiment[]): string[] {
  const alone = variantsWith(experiments, ({ ledger }) => ledger === "client-only");
  const sampled = variantsWith(experiments, ({ evidence }) => evidence.sampledCalls !== null);
  return [
    "Response time runs from the first byte of a message sent to its last byte back. Connect time runs from connect(2) to the " +
      "established connection and is never mixed in. The wait to be accepted shows in the first response.",
    "Messages per second are counted from the first message sent to the last one back; MiB per second are the bytes of both " +
      "directions in that time. New connections per second are those that ended well, by the time from the first connect(2) " +
      "to the last close(2), which is also the wall time.",
    "The client compares every byte that returns with the byte it sent.",
    "The ledgers of both sides are reconciled: connections, messages and bytes must agree exactly." +
      (alone.length === 0
        ? ""
        : ` Client only: ${listed(alone)}. Such a server keeps no ledger, so the client's checked bytes are the only account.`),
    "Server CPU and context switches per message are what the process used between its first and its last line of output. The " +
      "share of a core is that of its busiest stretch as long as the exchange of messages. Peak memory is the largest sample.",
    ...(alone.length === 0
      ? []
      : [
          "CPU, switches, memory and threads of a server that is not the lab's are those of all its processes in /proc.",
        ]),
    ...(sampled.length === 0
      ? []
      : [
          `System calls per message of ${listed(sampled)} are sampled: strace(1) counted them for a fraction of a second in which nothing was measured.`,
        ]),
    "Context switches count voluntary and involuntary ones of all threads of the server.",
  ];
}

function judgementSentences(experiments: readonly Experiment[]): string[] {
  const groups = experiments.flatMap((experiment) => experiment.groups);
  const varied = groups.some(({ expected }) => expected.length > 0);
  return [
    ...(groups.some(isAboutScaling) ? [describeScalingRule(groups)] : []),
    `A cell is shown by the median of its repetitions. Intervals are percentile bootstrap intervals of ${CONFIDENCE_PERCENT} % and need ${REPETITIONS_MIN} ` +
      `repetitions. A difference is called real when the interval of the ratio of the medians leaves out 1 and the ratio is at least ${RATIO_MIN}.`,
    "A repetition is inconclusive when its client used 95 % or more of its core, when a turn of the client's loop or its lateness is above half of " +
      "the p99 it reports, when fewer connections were open at one time than were asked for, when other work or the hypervisor took processor " +
      "time, when a quota held a container back, or when the accept queue overflowed. " +
      "A cell is inconclusive when most of its repetitions are. A busy client does not spoil what a server uses for a message.",
    ...(varied
      ? [
          "Where the backlog is what varies, the plan asks about overflows of the accept queue and connections that come and go: they spoil no comparison.",
        ]
      : []),
  ];
}
