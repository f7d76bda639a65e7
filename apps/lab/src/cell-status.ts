import type { CellResult, ClientSummary, FinalLine, Reconciliation } from "@c10k-lab/protocol";
import type { Exit } from "./child.ts";
import type { TcpCounts } from "./tcp-counters.ts";

export interface CellFacts {
  readonly client: ClientSummary | null;
  readonly final: FinalLine | null;
  readonly reconciliation: Reconciliation | null;
  readonly exits: { readonly server: Exit; readonly client: Exit | null };
  readonly tcp: TcpCounts;
  readonly isInterrupted: boolean;
}

/** What became of a cell, and what a reader of its numbers should know. */
export function judge(facts: CellFacts): Pick<CellResult, "status" | "notes"> {
  const status = statusOf(facts);
  // Cut short, nothing else about the cell is news: its connections ended early and its books are open.
  if (status === "interrupted") return { status, notes: ["The run was interrupted in this cell."] };
  return {
    status,
    notes: [...deaths(facts), ...refusals(facts), ...failures(facts), ...books(facts), ...kernel(facts)],
  };
}

function statusOf({ client, final, reconciliation, isInterrupted }: CellFacts): CellResult["status"] {
  if (isInterrupted) return "interrupted";
  if (!client || !final || !reconciliation?.balanced) return "failed";
  const incomplete = client.asked.connections - client.achieved.completed;
  if (incomplete === 0) return "ok";
  return incomplete === final.refused ? "limited" : "failed";
}

function deaths({ exits, client, final }: CellFacts): string[] {
  const notes: string[] = [];
  if (!final) notes.push(`The server ended without its totals: ${describe(exits.server)}; see server.log.`);
  if (exits.client && !client)
    notes.push(`The client ended without its summary: ${describe(exits.client)}; see client.log.`);
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
