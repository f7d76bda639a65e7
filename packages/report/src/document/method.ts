import { CONFIDENCE_PERCENT, RUNS_MIN } from "../interval.ts";
import { RATIO_MIN } from "../limits.ts";
import { blocks, bullets } from "../markdown.ts";
import { integer } from "../numbers.ts";
import { SCALING_RULE } from "../scaling.ts";
import type { Study } from "../study.ts";

/** How it was measured, and what to hold against it. */
export function method(study: Study): string {
  return blocks([
    "## Method",
    "Each server runs alone under each load: a server and a number of connections make a cell. Every cell starts a " +
      "new server process and a new client process. The servers echo every byte; they differ in architecture alone.",
    bullets([...loadSentences(study), ...measureSentences()]),
    "## Threats to validity",
    bullets(threats(study)),
  ]);
}

function loadSentences(study: Study): string[] {
  const open = study.cells.some(({ cell }) => (cell.client?.latencyUs.intended.count ?? 0) > 0);
  const loop = open
    ? "Open loop: messages are due at a fixed rate, and the time from the moment a message was due is recorded beside its response time."
    : "Closed loop: a connection sends its next message when the last one came back. The mean response time is therefore " +
      "close to active connections divided by rate and grows with the load whatever the architecture; compare servers at the same load.";
  return [
    loop,
    "Barrier: unless the options in the appendix say otherwise, all connections are established before the first message is sent.",
  ];
}

function measureSentences(): string[] {
  return [
    "Response time runs from the first byte of a message sent to its last byte back. Connect time runs from connect(2) to the " +
      "established connection and is never mixed in. The wait to be accepted shows in the first response.",
    "Messages per second are counted from the first message sent to the last one back.",
    "The client compares every byte that returns with the byte it sent.",
    "The ledgers of both sides are reconciled: connections, messages and bytes must agree exactly.",
    "Server CPU and context switches per message are what the process used between its first and its last line of output. The " +
      "share of a core is that of its busiest stretch as long as the exchange of messages. Peak memory is the largest sample.",
    "Context switches count voluntary and involuntary ones of all threads of the server.",
    SCALING_RULE,
    `A cell run repeatedly is shown by the median of its runs. Intervals are percentile bootstrap intervals of ${CONFIDENCE_PERCENT} % and need ${RUNS_MIN} ` +
      `runs. A difference is called real when the interval of the ratio of the medians leaves out 1 and the ratio is at least ${RATIO_MIN}.`,
    "A run is inconclusive when its client used 95 % or more of its core, when a turn of the client's loop or its lateness is above half of " +
      "the p99 it reports, when fewer connections were open at one time than were asked for, when other work or the hypervisor took processor " +
      "time, when a quota held a container back, or when the accept queue overflowed. " +
      "A cell is inconclusive when most of its runs are.",
  ];
}

function threats(study: Study): string[] {
  const runs = Math.min(...study.everyCell.map(({ results }) => results.length));
  const closeness =
    runs < RUNS_MIN
      ? "Cells were run once or twice: nothing can be said about how far another run would be off, and no difference is claimed."
      : `Each cell was run ${integer(runs)} times or more, in an order drawn anew for each load and balanced over the repeats; an interval from so few runs is rough.`;
  const pinned = study.cells.length > 0 && study.cells.every(({ cell }) => cell.processors !== null);
  return [
    closeness,
    "A single p99 or longest response time varies more between runs than a rate does.",
    pinned
      ? "Server and client run on the same machine, on the processors listed in the appendix; caches, memory and the network stack are still shared."
      : "Server and client run on the same machine and share its processors, caches, memory and network stack.",
    "The connections of one machine to itself meet no network: no distance, no loss, no other traffic.",
    "The cells ran one after another, in the order of the appendix: a change of the machine's speed in between looks like a difference between servers.",
    "A client that is at its limit hides a faster server. The evidence table has the client's share of its core; a dash means the exchange was too short to tell.",
  ];
}
