import Table from "cli-table3";
import type { Check } from "./preflight.ts";

/** Formats a row for each check, and below them a sentence for each shortage. */
export function formatChecks(checks: readonly Check[]): string {
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
  return [table.toString(), ...shortages(checks)].join("\n");
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
  if (unit === "bytes")
    return `${(amount / 2 ** 20).toLocaleString("en-US", { maximumFractionDigits: 0 })} MiB`;
  return amount.toLocaleString("en-US", { maximumFractionDigits: 1 }) + (unit === "" ? "" : ` ${unit}`);
}
