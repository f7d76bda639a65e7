import { about, describePlace, integer, listed } from "@c10k-lab/words";
import { drawByConnections } from "../charts/data/by-connections.ts";
import { CONNECTION_BYTES } from "../charts/data/drawings.ts";
import { drawOpening } from "../charts/data/within-a-cell.ts";
import { type Chart, LINE_POINTS_MIN } from "../charts/draw/chart.ts";
import type { CellFigures } from "../model/cell-figures.ts";
import { cellsOf, type Group, hasConnectionCosts } from "../model/group.ts";

/** Returns what a connection takes of the server that held most, and where, as a sentence; null where nobody looked. */
export function summarizeCosts(group: Group): string | null {
  const [most] = largestCells(group).toSorted((a, b) => heldBy(b) - heldBy(a));
  if (most === undefined) return null;
  const { variant, connectionBytes, kernelBytes } = most;
  const subject = group.variants.length === 1 ? "A connection" : `A connection to ${variant}`;
  return `${subject} takes ${about(connectionBytes)} bytes, ${about(kernelBytes)} of them in the kernel.`;
}

/** Returns what the connections of each server cost at the largest load that it held. */
export function explainCosts(group: Group): string[] {
  return largestCells(group).flatMap((cell) => {
    const { variant, axis, axisValue, serverBytes, clientBytes, kernelBytes } = cell;
    const owners = `${about(serverBytes)} bytes in the servers, ${about(clientBytes)} in the clients and ${about(kernelBytes)} in the kernel for both ends`;
    const work = describeWork(cell);
    return [
      `At ${describePlace(axis, axisValue)} one connection to ${variant} takes ${owners}.`,
      ...(work.length === 0 ? [] : [`There ${variant} ${listed(work)}.`]),
    ];
  });
}

/** Draws what a connection takes, and how fast connections were opened. */
export function drawCosts(group: Group): Chart[] {
  if (!hasConnectionCosts(group)) return [];
  const bytes = drawByConnections(group, CONNECTION_BYTES);
  return [
    ...(bytes.series.some(({ points }) => points.length >= LINE_POINTS_MIN) ? [bytes] : []),
    ...drawOpening(group),
  ];
}

/** Returns each server's cell with most connections of which the memory is known. */
function largestCells(group: Group): CellFigures[] {
  return group.variants.flatMap(
    (variant) => cellsOf(group, variant).findLast(({ connectionBytes }) => connectionBytes !== null) ?? [],
  );
}

function heldBy({ held }: CellFigures): number {
  return held ?? 0;
}

/** Returns what the servers did, as far as it is known. */
function describeWork({ openedPerSecond, messagesPerSecond, latency, stopSeconds }: CellFigures): string[] {
  const { p99 } = latency.response;
  return [
    ...(openedPerSecond === null ? [] : [`accepted ${about(openedPerSecond)} connections a second`]),
    ...(messagesPerSecond === null || p99 === null
      ? []
      : [`echoed ${integer(messagesPerSecond)} messages a second with a p99 of ${about(p99)} ms`]),
    ...(stopSeconds === null ? [] : [`ended in ${about(stopSeconds)} s`]),
  ];
}
