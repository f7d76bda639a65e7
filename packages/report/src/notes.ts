import type { LabResults } from "@c10k-lab/protocol";

/** What a reader should know of each cell, said once however many of its runs it is true of. */
export function notesOf({ cells }: LabResults): string[] {
  const byCell = Map.groupBy(
    cells.flatMap(({ name, notes }) => notes.map((note) => ({ name, note }))),
    ({ name, note }) => `${name}: ${note}`,
  );
  const runsOf = Map.groupBy(cells, ({ name }) => name);
  return [...byCell].map(([sentence, [{ name } = { name: "" }, ...others]]) => {
    const runs = runsOf.get(name)?.length ?? 1;
    const times = others.length + 1;
    return runs === 1
      ? sentence
      : `${sentence} (${times === runs ? "every run" : `${times} of ${runs} runs`})`;
  });
}
