import { type CellResult, DOUBT_REASONS, type DoubtReason } from "@c10k-lab/protocol";
import { listed, plural } from "@c10k-lab/words";
import type { Study } from "../model/study.ts";

/** What a reader must know before trusting a number. Empty when there is nothing to hold against any cell. */
export function warningsOf(study: Study): string[] {
  const runs = study.results.cells;
  // A search goes where runs fail, and judges itself by what else was at work.
  if (study.results.capacity !== null) return [...runs.flatMap(wrongBytes), ...sharedProcessors(study)];
  return [
    ...brokenRuns(runs),
    ...runs.flatMap(unbalancedLedgers),
    ...runs.flatMap(wrongBytes),
    ...inconclusive(study),
    ...sharedProcessors(study),
  ];
}

/** Of a cell whose runs met the same fate it is said once. */
function brokenRuns(runs: readonly CellResult[]): string[] {
  const broken = runs.filter(({ status }) => status !== "ok" && status !== "limited");
  const alike = Map.groupBy(broken, (run) => `${run.name} ${run.status} ${missingIn(run)}`);
  return [...alike.values()].map((group) => {
    const [first] = group as [CellResult];
    const [one, several] = FATES[first.status as keyof typeof FATES];
    const missing = missingIn(first);
    if (group.length === 1) {
      return `${first.id} ${one}${missing && `; it lacks ${missing}`}. It is in no comparison.`;
    }
    const all = runs.filter(({ name }) => name === first.name).length;
    const which = `${group.length} of ${all} runs of ${first.name}`;
    return `${which} ${several}${missing && `; they lack ${missing}`}. They are in no comparison.`;
  });
}

function missingIn({ client, final }: CellResult): string {
  return listed([
    ...(client === null ? ["the client's summary"] : []),
    ...(final === null ? ["the server's final line"] : []),
  ]);
}

/** Of one run, of several. */
const FATES = {
  failed: ["failed", "failed"],
  interrupted: ["was interrupted", "were interrupted"],
  "cut-off": ["was cut off when its time was over", "were cut off when their time was over"],
  "out-of-memory": ["ran out of memory", "ran out of memory"],
  "engine-lost": ["lost its container engine", "lost their container engine"],
};

function unbalancedLedgers(cell: CellResult): string[] {
  // Cut short, messages are under way that one side has counted and the other not.
  if (cell.status === "interrupted" || cell.status === "cut-off") return [];
  if (cell.reconciliation === null && cell.status !== "ok" && cell.status !== "limited") return [];
  if (cell.reconciliation === null) {
    return [`The ledgers of ${cell.id} could not be compared, so nothing vouches for its counts.`];
  }
  if (cell.reconciliation.balanced) return [];
  const differences = cell.reconciliation.differences.map(withoutStop).join("; ");
  const said = differences === "" ? "" : `: ${differences}`;
  return [
    `The ledgers of client and server in ${cell.id} do not balance${said}. Do not trust this cell; it is in no comparison.`,
  ];
}

function wrongBytes(cell: CellResult): string[] {
  const wrong = cell.client?.outcomes["wrong-bytes"] ?? 0;
  if (wrong === 0) return [];
  return [`In ${cell.id} ${plural(wrong, "connection")} received bytes other than those sent.`];
}

const MEANINGS: Readonly<Record<DoubtReason, string>> = {
  status: "the runs did not end well",
  books: "the books of client and server differ",
  "not-held": "fewer connections were open at one time than were asked for",
  "client-limit":
    "the client used 95 % or more of its core, so the rate is a lower bound of what the server can do and response times contain waits inside the client",
  "loop-lag":
    "a turn of the client's loop took more than half of the p99 response time, so that is partly the client's",
  "send-lag":
    "the client sent late by more than half of the p99 response time, so that is partly the client's",
  stolen: "the hypervisor gave processor time to somebody else",
  "busy-host": "other work used the processors",
  throttled: "a CPU quota held a container back",
  "listen-overflow": "the accept queue overflowed, so some times are the kernel's retransmission timers",
};

/** Cells whose figures may not be the server's, by reason. */
function inconclusive(study: Study): string[] {
  return DOUBT_REASONS.filter((reason) => reason !== "status").flatMap((reason) => {
    const cells = study.everyCell.filter(({ doubts }) => doubts.includes(reason));
    if (cells.length === 0) return [];
    const names =
      cells.length === study.everyCell.length ? "every cell" : listed(cells.map(({ name }) => name));
    return [`Inconclusive (${reason}): in ${names} ${MEANINGS[reason]}.`];
  });
}

function sharedProcessors(study: Study): string[] {
  const shared = study.everyCell.filter(({ cell }) => cell.processors === null || overlap(cell.processors));
  if (shared.length === 0) return [];
  if (shared.length === study.everyCell.length) {
    return ["Server and client had no processors of their own, so they may have taken time from each other."];
  }
  return [
    `In ${listed(shared.map(({ name }) => name))} server and client had no processors of their own, so they ` +
      "may have taken time from each other.",
  ];
}

function overlap(processors: NonNullable<CellResult["processors"]>): boolean {
  return processors.server.some((one) => processors.client.includes(one));
}

function withoutStop(sentence: string): string {
  return sentence.trim().replace(/\.$/, "");
}
