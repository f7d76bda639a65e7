import type {
  CellResult,
  ClientSummary,
  FinalLine,
  ListeningLine,
  Probe,
  Reconciliation,
} from "@c10k-lab/protocol";
import type { EngineTrouble, Exit } from "../engines/engine.ts";
import { numbered } from "../evidence/cell-files.ts";
import type { TcpCounts } from "../evidence/tcp-counters.ts";

export interface CellFacts {
  readonly client: ClientSummary | null;
  readonly listening: ListeningLine | null;
  readonly probe: Probe | null;
  readonly final: FinalLine | null;
  readonly reconciliation: Reconciliation | null;
  readonly exits: { readonly servers: readonly Exit[]; readonly clients: readonly Exit[] };
  /** The last line an app said, by its name. */
  readonly lastWords: (who: string) => string;
  readonly tcp: TcpCounts;
  readonly trouble: EngineTrouble | null;
  readonly isInterrupted: boolean;
  /** What the plan gave it, when it was not over by then. */
  readonly cutOffMs: number | null;
}

/** What became of a cell, and what a reader of its numbers should know. */
export function judge(facts: CellFacts): Pick<CellResult, "status" | "notes"> {
  const status = statusOf(facts);
  // Cut short, nothing else about the cell is news: its connections ended early and its books are open.
  if (status === "interrupted") return { status, notes: ["The run was interrupted in this cell."] };
  if (status === "engine-lost") return { status, notes: [facts.trouble?.message ?? "The engine went away."] };
  if (status === "cut-off")
    return { status, notes: [...cutOff(facts), ...refusals(facts), ...kernel(facts)] };
  return {
    status,
    notes: [...deaths(facts), ...refusals(facts), ...failures(facts), ...books(facts), ...kernel(facts)],
  };
}

function statusOf(facts: CellFacts): CellResult["status"] {
  const { client, final, reconciliation, isInterrupted, trouble, cutOffMs } = facts;
  if (trouble?.outcome === "engine-lost") return "engine-lost";
  if (isInterrupted) return "interrupted";
  if (exitsOf(facts).some(({ exit }) => exit.cause === "out-of-memory")) return "out-of-memory";
  if (cutOffMs !== null && client && final) return "cut-off";
  if (!client || !final || !reconciliation?.balanced) return "failed";
  const incomplete = client.asked.connections - client.achieved.completed;
  if (incomplete === 0) return "ok";
  return incomplete === final.refused ? "limited" : "failed";
}

function exitsOf({ exits, client, final }: CellFacts): { who: string; exit: Exit; isDue: boolean }[] {
  const named = (app: "server" | "client", all: readonly Exit[], isDue: boolean) =>
    all.map((exit, index) => ({ who: numbered(app, index + 1, all.length), exit, isDue }));
  return [
    ...named("server", exits.servers, final !== null),
    ...named("client", exits.clients, client !== null),
  ];
}

function cutOff({ client, cutOffMs }: CellFacts): string[] {
  const left = client?.outcomes.interrupted ?? 0;
  return [`Cut off after ${(cutOffMs ?? 0) / 1000} s: ${left} connections were still at work.`];
}

function deaths(facts: CellFacts): string[] {
  const notes = facts.trouble ? [facts.trouble.message] : [];
  if (facts.listening && !facts.probe) notes.push("The server listened, but did not echo the lab's probe.");
  const ends = exitsOf(facts);
  const haveAllEndedWell = ends.every(({ exit }) => exit.code === 0);
  for (const { who, exit, isDue } of ends) {
    if (exit.cause === "out-of-memory") {
      notes.push(`The ${who} ran out of memory: the kernel killed it at its container's limit.`);
    } else if (!isDue && exit.code === 0) {
      // Of several clients only the one that died is to be named.
      if (haveAllEndedWell) notes.push(`The ${who} left no totals that this version of the lab understands.`);
    } else if (!isDue) {
      const words = facts.lastWords(who);
      notes.push(
        `The ${who} ended without its totals, ${describe(exit)}${words && ` (${words})`}; see ${who}.log.`,
      );
    }
  }
  return notes;
}

function refusals({ final, client }: CellFacts): string[] {
  if (!final || final.refused === 0) return [];
  const asked = client?.asked.connections ?? final.accepted;
  const wall = final.server === "select" ? ": their descriptor numbers did not fit into an fd_set" : "";
  return [`The server refused ${final.refused} of ${asked} connections${wall}.`];
}

function failures({ client, final }: CellFacts): string[] {
  if (!client) return [];
  const others = Object.entries(client.outcomes).filter(([name, count]) => name !== "ok" && count > 0);
  const isExplained =
    others.length === 1 && others[0]?.[0] === "eof-early" && others[0][1] === final?.refused;
  return isExplained ? [] : others.map(([name, count]) => `${count} connections ended as ${name}.`);
}

function books({ reconciliation }: CellFacts): string[] {
  if (!reconciliation || reconciliation.balanced) return [];
  return [`The books do not balance: ${reconciliation.differences.join("; ")}.`];
}

function kernel({ tcp }: CellFacts): string[] {
  const notes: string[] = [];
  if (tcp.ListenOverflows > 0) notes.push(`The accept queue overflowed ${tcp.ListenOverflows} times.`);
  if (tcp.TCPTimeouts > 0) notes.push(`TCP retransmission timers ran out ${tcp.TCPTimeouts} times.`);
  return notes;
}

function describe({ code, signal }: Exit): string {
  return signal ? `killed by ${signal}` : `exit code ${code}`;
}
