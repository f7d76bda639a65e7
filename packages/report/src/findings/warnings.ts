import { DOUBT_REASONS, type DoubtReason, type RepetitionResult } from "@c10k-lab/protocol";
import { DOUBT_MEANINGS, describeDifferences, listed, plural } from "@c10k-lab/words";
import type { Group } from "../model/group.ts";

type Broken = Exclude<RepetitionResult["status"], "ok" | "limited">;

/** Reason for distrust that a reader should know before the figures. */
export type Warning =
  /** Repetitions of a cell that ended in the same way and lack the same reports. */
  | {
      readonly warning: "broken";
      readonly cell: string;
      readonly status: Broken;
      readonly broken: number;
      readonly repetitions: number;
      readonly lacks: readonly ("client" | "server")[];
    }
  | { readonly warning: "not-reconciled"; readonly id: string }
  | {
      readonly warning: "ledgers-differ";
      readonly id: string;
      readonly differences: NonNullable<RepetitionResult["reconciliation"]>["differences"];
    }
  | { readonly warning: "wrong-bytes"; readonly id: string; readonly connections: number }
  /** Names of the cells; null for all. */
  | { readonly warning: "doubt"; readonly reason: DoubtReason; readonly cells: readonly string[] | null }
  | { readonly warning: "shared-processors"; readonly cells: readonly string[] | null };

/** Lists the reasons for distrust; empty when nothing speaks against any cell. */
export function listWarnings(group: Group): Warning[] {
  const { repetitions, capacity } = group.results;
  const wrongBytes = repetitions.flatMap(findWrongBytes);
  // A search goes on until repetitions fail, and judges other work by itself.
  if (capacity !== null) return [...wrongBytes, ...findSharedProcessors(group)];
  return [
    ...findBroken(repetitions),
    ...repetitions.flatMap(findUnbalanced),
    ...wrongBytes,
    ...findDoubts(group),
    ...findSharedProcessors(group),
  ];
}

function findBroken(repetitions: readonly RepetitionResult[]): Warning[] {
  const broken = repetitions.filter(({ status }) => status !== "ok" && status !== "limited");
  const alike = Map.groupBy(broken, (one) => `${one.cell} ${one.status} ${listMissing(one).join()}`);
  return [...alike.values()].map((of) => {
    const [first] = of as [RepetitionResult];
    return {
      warning: "broken",
      cell: first.cell,
      status: first.status as Broken,
      broken: of.length,
      repetitions: repetitions.filter(({ cell }) => cell === first.cell).length,
      lacks: listMissing(first),
    };
  });
}

/** A foreign server owes no final line. */
function listMissing({ client, final, ledger }: RepetitionResult): ("client" | "server")[] {
  const isForeign = ledger === "client-only" || ledger === "csv";
  const isMissing = { client: client === null, server: final === null && !isForeign };
  return (["client", "server"] as const).filter((side) => isMissing[side]);
}

function findUnbalanced({ id, status, ledger, reconciliation }: RepetitionResult): Warning[] {
  // Messages were in flight when the repetition was ended: one side has counted them, the other has not.
  if (status === "interrupted" || status === "cut-off") return [];
  if (reconciliation === null) {
    if (ledger === "client-only") return [];
    return status === "ok" || status === "limited" ? [{ warning: "not-reconciled", id }] : [];
  }
  const { balanced, differences } = reconciliation;
  return balanced ? [] : [{ warning: "ledgers-differ", id, differences }];
}

function findWrongBytes({ id, client }: RepetitionResult): Warning[] {
  const connections = client?.outcomes["wrong-bytes"] ?? 0;
  return connections === 0 ? [] : [{ warning: "wrong-bytes", id, connections }];
}

function findDoubts({ everyCell }: Group): Warning[] {
  return DOUBT_REASONS.filter((reason) => reason !== "status").flatMap((reason): Warning[] => {
    const cells = everyCell.filter(({ doubts }) => doubts.includes(reason)).map(({ name }) => name);
    if (cells.length === 0) return [];
    return [{ warning: "doubt", reason, cells: cells.length === everyCell.length ? null : cells }];
  });
}

function findSharedProcessors({ everyCell }: Group): Warning[] {
  const cells = everyCell.filter(({ middle }) => areShared(middle.processors)).map(({ name }) => name);
  if (cells.length === 0) return [];
  return [{ warning: "shared-processors", cells: cells.length === everyCell.length ? null : cells }];
}

function areShared(processors: RepetitionResult["processors"]): boolean {
  return processors === null || processors.server.some((one) => processors.client.includes(one));
}

const ENDS: Readonly<Record<Broken, string>> = {
  failed: "failed",
  interrupted: "ended at an interrupt",
  "cut-off": "ran out of time",
  "out-of-memory": "ran out of memory",
  "engine-lost": "lost the container engine",
};

const REPORTS = { client: "the client's summary", server: "the server's final line" } as const;

/** Returns a warning as a sentence, with the group or plan it is about before it. */
export function describeWarning(warning: Warning, place: string | null = null): string {
  const sentence = describe(warning);
  return place === null ? sentence : `${place}: ${sentence}`;
}

function describe(warning: Warning): string {
  switch (warning.warning) {
    case "broken": {
      const { cell, status, broken, repetitions, lacks } = warning;
      const lack = lacks.length === 0 ? "" : `, without ${listed(lacks.map((side) => REPORTS[side]))}`;
      return `${broken} of ${plural(repetitions, "repetition")} of ${cell} ${ENDS[status]}${lack}: no comparison uses them.`;
    }
    case "not-reconciled":
      return `The ledgers of ${warning.id} could not be compared, so nothing vouches for its counts.`;
    case "ledgers-differ": {
      const { id, differences } = warning;
      const how = differences.length === 0 ? "" : ` (${describeDifferences(differences)})`;
      return `The ledgers of client and server in ${id} differ${how}: do not trust it; no comparison uses it.`;
    }
    case "wrong-bytes":
      return `In ${warning.id} ${plural(warning.connections, "connection")} received bytes other than those sent.`;
    case "doubt":
      return `Inconclusive (${warning.reason}): in ${warning.cells === null ? "every cell" : listed(warning.cells)} ${DOUBT_MEANINGS[warning.reason]}.`;
    case "shared-processors":
      return `${warning.cells === null ? "Server" : `In ${listed(warning.cells)} server`} and client shared processors, so they may have taken time from each other.`;
  }
}
