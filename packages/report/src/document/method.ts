import { CONFIDENCE_PERCENT, RUNS_MIN } from "@c10k-lab/inference";
import { listed } from "@c10k-lab/words";
import { scalingRule } from "../comparison/scaling.ts";
import { RATIO_MIN } from "../model/limits.ts";
import { type Run, titleOf } from "../model/run.ts";
import { isAboutScaling, type Study } from "../model/study.ts";
import { blocks, bullets } from "../text/markdown.ts";

/** How it was measured. */
export function method(runs: readonly Run[]): string {
  return blocks([
    "## Method",
    "Each server runs alone under each load: a server, its options and a load make a cell. Every cell starts a " +
      "new server process and a new client process. The servers echo every byte; they differ in architecture alone.",
    bullets([...loadSentences(runs), ...measureSentences(), ...judgementSentences(runs)]),
  ]);
}

function loadSentences(runs: readonly Run[]): string[] {
  const open = titlesOf(runs, (study) =>
    study.cells.some(({ cell }) => (cell.client?.latencyUs.intended.count ?? 0) > 0),
  );
  const closed = titlesOf(runs, (study) =>
    study.cells.some(({ cell }) => (cell.client?.latencyUs.intended.count ?? 0) === 0),
  );
  const rushed = titlesOf(runs, (study) =>
    study.cells.some(({ cell }) => cell.client?.asked.options.noBarrier === true),
  );
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

/** Of a run all of whose groups are such, its name alone. */
function titlesOf(runs: readonly Run[], isOne: (study: Study) => boolean): string[] {
  return runs.flatMap((run) => {
    const such = run.studies.filter(isOne);
    return such.length === run.studies.length ? [run.name] : such.map((study) => titleOf(run, study));
  });
}

function measureSentences(): string[] {
  return [
    "Response time runs from the first byte of a message sent to its last byte back. Connect time runs from connect(2) to the " +
      "established connection and is never mixed in. The wait to be accepted shows in the first response.",
    "Messages per second are counted from the first message sent to the last one back; MiB per second are the bytes of both " +
      "directions in that time. New connections per second are those that ended well, by the time from the first connect(2) " +
      "to the last close(2), which is also the wall time.",
    "The client compares every byte that returns with the byte it sent.",
    "The ledgers of both sides are reconciled: connections, messages and bytes must agree exactly.",
    "Server CPU and context switches per message are what the process used between its first and its last line of output. The " +
      "share of a core is that of its busiest stretch as long as the exchange of messages. Peak memory is the largest sample.",
    "Context switches count voluntary and involuntary ones of all threads of the server.",
  ];
}

function judgementSentences(runs: readonly Run[]): string[] {
  const studies = runs.flatMap((run) => run.studies);
  const varied = studies.some(({ expected }) => expected.length > 0);
  return [
    ...(studies.some(isAboutScaling) ? [scalingRule(studies)] : []),
    `A cell run repeatedly is shown by the median of its runs. Intervals are percentile bootstrap intervals of ${CONFIDENCE_PERCENT} % and need ${RUNS_MIN} ` +
      `runs. A difference is called real when the interval of the ratio of the medians leaves out 1 and the ratio is at least ${RATIO_MIN}.`,
    "A run is inconclusive when its client used 95 % or more of its core, when a turn of the client's loop or its lateness is above half of " +
      "the p99 it reports, when fewer connections were open at one time than were asked for, when other work or the hypervisor took processor " +
      "time, when a quota held a container back, or when the accept queue overflowed. " +
      "A cell is inconclusive when most of its runs are. What a server uses for a message is known however busy the client is, so reasons of the client are not held against that.",
    ...(varied
      ? [
          "Where the backlog is what varies, an overflow of the accept queue and connections that come and go are what is looked for, and are held against no comparison.",
        ]
      : []),
  ];
}
