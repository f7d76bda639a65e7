import { integer, listed, theServers } from "@c10k-lab/words";
import type { CellFigures } from "../model/cell-figures.ts";
import { cellsOf, type Study } from "../model/study.ts";

/** FD_SETSIZE of the C library, unless the server was given another. */
const FD_SETSIZE_DEFAULT = 1024;

/** What limited cells ran into: one sentence a variant. */
export function wallSentences(study: Study): string[] {
  return study.variants.flatMap((variant) => {
    const short = cellsOf(study, variant).filter(isShort);
    if (short.length === 0) return [];
    const refusals = listed(
      short.map((cell) => `${integer(missing(cell))} of ${integer(cell.connections)} connections`),
    );
    const verb = short.every((cell) => (cell.cell.final?.refused ?? 0) > 0) ? "refused" : "did not hold";
    return [`${theServers([variant])} ${verb} ${refusals}${causeOf(short)}.`];
  });
}

function isShort(cell: CellFigures): boolean {
  return cell.status === "limited" && missing(cell) > 0;
}

function missing(cell: CellFigures): number {
  const refused = cell.cell.final?.refused ?? 0;
  return refused > 0 ? refused : cell.connections - (cell.established ?? cell.connections);
}

/** The wall of descriptors is named only where nothing else can explain the refusals. */
function causeOf(short: readonly CellFigures[]): string {
  const sizes = new Set(short.map(fdSetSize));
  const [size] = sizes;
  if (sizes.size !== 1 || size === undefined || !short.every((cell) => metFdSetSize(cell, fdSetSize(cell)))) {
    return "";
  }
  return `: a descriptor number at or above FD_SETSIZE ${integer(size)} cannot be put in an fd_set`;
}

function metFdSetSize({ cell }: CellFigures, size: number): boolean {
  if (cell.server !== "select" || cell.final === null || cell.final.refused === 0) return false;
  return cell.final.peak < size && !/--max-connections\b/.test(cell.commands.servers.join(" "));
}

function fdSetSize({ cell }: CellFigures): number {
  const asked = /--fd-setsize[ =](\d+)/.exec(cell.commands.servers.join(" "))?.[1];
  return asked === undefined ? FD_SETSIZE_DEFAULT : Number(asked);
}
