import { type Design, type Proof, proveScenario, SCENARIOS } from "@c10k-lab/inference/truth";
import { formatTable } from "../text-table.ts";

/** Experiments of six comparisons for each row: a share of 97 % then has a standard error of 0.2 %. */
const EXPERIMENTS = 500;
const COVERAGE_MIN = 0.97;
const FALSE_FINDINGS_MAX = 0.05;

const DESIGNS: readonly { readonly name: string; readonly design: Design }[] = [
  { name: "2 starts of 3 blocks", design: { starts: 2, blocks: 3, further: 0 } },
  { name: "3 starts of 5 blocks", design: { starts: 3, blocks: 5, further: 0 } },
  { name: "6 starts of 10 blocks", design: { starts: 6, blocks: 10, further: 0 } },
  { name: "2 starts of 10 blocks, 24 to settle", design: { starts: 2, blocks: 10, further: 24 } },
];

/** Result of studies whose truth is known, to print. */
export interface TruthTable {
  readonly text: string;
  /** The intervals hold the truth, and few enough findings are false. */
  readonly holds: boolean;
}

/** Simulates all scenarios under all designs. @param onRow receives the description of each before it begins */
export function proveTruth(onRow: (description: string) => void, experiments = EXPERIMENTS): TruthTable {
  const proofs: Proof[] = [];
  const tables = DESIGNS.map(({ name, design }) => {
    const rows = SCENARIOS.map((scenario, index) => {
      onRow(`${name}: ${scenario.name}`);
      const proof = proveScenario(scenario, design, experiments, index + 1);
      proofs.push(proof);
      return [scenario.name, ...formatProof(proof)];
    });
    return formatTable([name, "coverage %", "false %", "answered %", "width ± %"], rows);
  });
  const holds = proofs.every(
    ({ coverage, falseFindings }) => coverage >= COVERAGE_MIN && falseFindings <= FALSE_FINDINGS_MAX,
  );
  const verdict = holds
    ? "All 99 % intervals cover the truth in at least 97 %, and at most 5 % of the findings are false."
    : "Some 99 % intervals cover the truth in less than 97 %, or more than 5 % of the findings are false.";
  return { text: [...tables, verdict].join("\n\n"), holds };
}

function formatProof({ coverage, falseFindings, answered, halfWidth }: Proof): string[] {
  return [coverage, falseFindings, answered, halfWidth - 1].map((share) => (100 * share).toFixed(1));
}
