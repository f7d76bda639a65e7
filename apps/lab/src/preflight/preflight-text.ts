import { describeHolding, type Holding } from "@c10k-lab/words";
import Table from "cli-table3";
import type { MemoryNeeds } from "./needs.ts";
import type { Check } from "./preflight.ts";

/** Formats a row for each check, and below them who needs the memory, each shortage and what will be held, in sentences. */
export function formatChecks(
  checks: readonly Check[],
  memory: MemoryNeeds,
  holdings: readonly Holding[],
): string {
  const table = new Table({
    head: ["resource", "limit", "needed", "available", "status"],
    colAligns: ["left", "left", "right", "right", "left"],
    style: { head: [], border: [], compact: true },
  });
  table.push(
    ...checks.map((check) => [
      check.resource,
      check.limit,
      formatAmount(check, check.needed),
      formatAmount(check, check.available),
      check.status,
    ]),
  );
  const sentences = [describeMemory(memory), ...shortages(checks), ...holdings.map(describeHolding)];
  return [table.toString(), ...sentences].join("\n");
}

function describeMemory({ processes, server, clients, kernel }: MemoryNeeds): string {
  const [own, inServer, inClients, inKernel] = [processes, server, clients, kernel].map(mebibytes);
  return `memory by owner: ${own} for the processes; for the connections ${inServer} in the servers, ${inClients} in the clients, ${inKernel} in the kernel`;
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toLocaleString("en-US", { maximumFractionDigits: 0 })} MiB`;
}

/** Returns a sentence for each check that is short. */
export function shortages(checks: readonly Check[]): string[] {
  return checks
    .filter(({ status }) => status === "short")
    .map((check) => {
      const needed = formatAmount(check, check.needed);
      const available = formatAmount(check, check.available);
      return `${check.resource}: ${needed} needed, ${available} available (${check.limit}): ${check.remedy}`;
    });
}

function formatAmount({ unit }: Check, amount: number): string {
  if (amount === Number.POSITIVE_INFINITY) return "no limit";
  if (unit === "bytes") return mebibytes(amount);
  return amount.toLocaleString("en-US", { maximumFractionDigits: 1 }) + (unit === "" ? "" : ` ${unit}`);
}
