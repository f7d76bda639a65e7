import { type Effect, isOpen } from "@c10k-lab/inference";
import type { Finding, Findings } from "@c10k-lab/protocol";
import type { Point } from "../plan/cells.ts";

/** Returns how the cost of the variants at a point compares, by variant. */
export function variantEffects(point: Point, findings: Findings): Map<string, Effect> {
  return new Map(costsAt(point, findings).map((finding) => [finding.variant, readEffect(finding)]));
}

/** Returns the variants whose comparison is worth further time, and those that they are compared with; null when none is. */
export function openVariants(point: Point, findings: Findings): Set<string> | null {
  const open = costsAt(point, findings).filter((finding) => isOpen(readEffect(finding)));
  if (open.length === 0) return null;
  return new Set(open.flatMap(({ variant, against }) => [variant, ...(against ? [against.variant] : [])]));
}

function costsAt({ group, step }: Point, { findings }: Findings): Finding[] {
  return findings.filter(
    (one) =>
      one.group === group.name && one.at === step.x && one.question === "variants" && one.quantity === "cost",
  );
}

function readEffect({ effect, low, high }: Finding): Effect {
  return { effect: effect ?? Number.NaN, low: low ?? 0, high: high ?? Number.POSITIVE_INFINITY };
}
