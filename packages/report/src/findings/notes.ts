import type { LabResults } from "@c10k-lab/protocol";

/** As notes have them: 1229, 1,229, 0.4. */
const NUMBER = /\d+(?:,\d{3})*(?:\.\d+)?/g;

/**
 * What a reader should know of each cell, said once however many of its runs it is true of, and however its numbers differ
 * from run to run.
 */
export function notesOf({ cells }: Pick<LabResults, "cells">): string[] {
  const noted = cells.flatMap(({ id, name, notes }) => notes.map((note) => ({ id, name, note })));
  const alike = Map.groupBy(noted, ({ name, note }) => `${name}: ${note.replace(NUMBER, "#")}`);
  const runsOf = Map.groupBy(cells, ({ name }) => name);
  return [...alike.values()].map((group) => {
    const name = group[0]?.name ?? "";
    const sentence = `${name}: ${merged(group.map(({ note }) => note))}`;
    const runs = runsOf.get(name)?.length ?? 1;
    const times = new Set(group.map(({ id }) => id)).size;
    const which = times === runs ? "every run" : `${times} of ${runs} runs`;
    return runs === 1 ? sentence : `${sentence} (${which})`;
  });
}

/** "The accept queue overflowed 408 to 1229 times." */
function merged(notes: readonly string[]): string {
  const [first = ""] = notes;
  const numbers = notes.map((note) => note.match(NUMBER) ?? []);
  let slot = 0;
  return first.replace(NUMBER, () => {
    const values = numbers.map((of) => of[slot] ?? "").toSorted((a, b) => valueIn(a) - valueIn(b));
    slot++;
    const [low = "", high = ""] = [values[0], values.at(-1)];
    return low === high ? low : `${low} to ${high}`;
  });
}

function valueIn(number: string): number {
  return Number(number.replaceAll(",", ""));
}
