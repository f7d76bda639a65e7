import type { CellResult } from "@c10k-lab/protocol";
import type { CellFigures } from "./cell-figures.ts";
import { CLIENT_CORE_PERCENT_MAX } from "./limits.ts";
import { listed, percent, plural } from "./numbers.ts";
import type { Study } from "./study.ts";

/** What a reader must know before trusting a number. Empty when there is nothing to hold against any cell. */
export function warningsOf(study: Study): string[] {
  return [
    ...study.everyCell.flatMap(brokenCell),
    ...study.everyCell.flatMap(unbalancedLedgers),
    ...study.everyCell.flatMap(wrongBytes),
    ...clientLimits(study),
    ...sharedProcessors(study),
    ...busyMachine(study),
  ];
}

/** True when the rate is the client's and not the server's. */
export function clientWasLimit(cell: CellFigures): boolean {
  return (cell.clientCorePercent ?? 0) >= CLIENT_CORE_PERCENT_MAX;
}

function brokenCell({ cell }: CellFigures): string[] {
  if (cell.status === "ok" || cell.status === "limited") return [];
  const missing = [
    ...(cell.client === null ? ["the client's summary"] : []),
    ...(cell.final === null ? ["the server's final line"] : []),
  ];
  const without = missing.length > 0 ? `; it lacks ${listed(missing)}` : "";
  return [`${cell.id} ${FATES[cell.status]}${without}. It is in no comparison.`];
}

const FATES = {
  failed: "failed",
  interrupted: "was interrupted",
  "out-of-memory": "ran out of memory",
  "engine-lost": "lost its container engine",
};

function unbalancedLedgers({ cell }: CellFigures): string[] {
  // Cut short, messages are under way that one side has counted and the other not.
  if (cell.status === "interrupted") return [];
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

function wrongBytes({ cell }: CellFigures): string[] {
  const wrong = cell.client?.outcomes["wrong-bytes"] ?? 0;
  if (wrong === 0) return [];
  return [`In ${cell.id} ${plural(wrong, "connection")} received bytes other than those sent.`];
}

function clientLimits(study: Study): string[] {
  const limited = study.everyCell.filter(clientWasLimit);
  if (limited.length === 0) return [];
  const names = listed(limited.map((cell) => `${cell.cell.id} (${percent(cell.clientCorePercent)})`));
  const cells = limited.length === 1 ? "this cell" : "these cells";
  return [
    `The client was the limit in ${names}: it used ${CLIENT_CORE_PERCENT_MAX} % or more of one core while ` +
      `messages were exchanged. In ${cells} the rate is a lower bound of what the server can do, and the ` +
      "response times contain waits inside the client.",
  ];
}

function sharedProcessors(study: Study): string[] {
  const shared = study.everyCell.filter(({ cell }) => cell.processors === null || overlap(cell.processors));
  if (shared.length === 0) return [];
  if (shared.length === study.everyCell.length) {
    return ["Server and client had no processors of their own, so they may have taken time from each other."];
  }
  return [
    `In ${listed(shared.map((cell) => cell.cell.id))} server and client had no processors of their own, so they ` +
      "may have taken time from each other.",
  ];
}

function overlap(processors: NonNullable<CellResult["processors"]>): boolean {
  return processors.server.some((one) => processors.client.includes(one));
}

function busyMachine(study: Study): string[] {
  const { loadAverage, processors } = study.results.manifest.machine;
  const load = loadAverage[0];
  if (study.cells.length === 0 || load === undefined || load < processors / 2) return [];
  return [
    `When the run began the machine's load average was ${load.toFixed(2)} on ${plural(processors, "processor")}: ` +
      "other work may have taken time from the measurement.",
  ];
}

function withoutStop(sentence: string): string {
  return sentence.trim().replace(/\.$/, "");
}
