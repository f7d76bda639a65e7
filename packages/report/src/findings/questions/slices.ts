import type { Finding as Answer } from "@c10k-lab/protocol";
import type { Group } from "../../model/group.ts";
import type { Finding, Findings } from "../facts/finding.ts";
import { vouchForLedgers } from "./compare.ts";

/** Returns the answers that the lab has found in the slices of a group: the costs before the rates. */
export function findBySlices(group: Group): Findings {
  const answers = group.experiment.findings?.findings.filter((answer) => answer.group === group.name) ?? [];
  const isSettled = ({ verdict }: Answer) => verdict !== "not-shown";
  const costs = answers.filter(({ quantity }) => quantity !== "rate");
  const rates = answers.filter(({ quantity }) => quantity === "rate");
  return {
    answer: costs.filter(isSettled).map(asFinding),
    evidence: rates.filter(isSettled).map(asFinding),
    details: [...costs, ...rates]
      .filter((answer) => !isSettled(answer))
      .map(asFinding)
      .concat(vouchForLedgers(group)),
  };
}

function asFinding(answer: Answer): Finding {
  return { finding: "slices", answer };
}
