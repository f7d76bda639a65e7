import { about, describePlace, integer, listed } from "@c10k-lab/words";
import { drawByConnections } from "../charts/data/by-connections.ts";
import { CONNECTION_BYTES } from "../charts/data/drawings.ts";
import { drawOpening } from "../charts/data/within-a-cell.ts";
import type { Chart } from "../charts/draw/chart.ts";
import type { CellFigures } from "../model/cell-figures.ts";
import { cellsOf, type Group, hasConnectionCosts } from "../model/group.ts";

/** Fewer points of a line show no course. */
const POINTS_MIN = 3;

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
    const { variant, serverBytes, clientBytes, kernelBytes, openedPerSecond, stopSeconds } = cell;
    const parts = [
      `${about(serverBytes)} in the server`,
      `${about(clientBytes)} in the client`,
      `${about(kernelBytes)} in the kernel for both ends`,
    ];
    const stop = stopSeconds === null ? "" : `, and ended in ${about(stopSeconds)} s`;
    return [
      `Bytes a connection of ${variant} at ${placeOf(cell)}: ${listed(parts)}.`,
      `${variant} accepted ${about(openedPerSecond)} connections a second there${describeWork(cell)}${stop}.`,
    ];
  });
}

/** Draws what a connection takes, and how fast connections were opened. */
export function drawCosts(group: Group): Chart[] {
  if (!hasConnectionCosts(group)) return [];
  const bytes = drawByConnections(group, CONNECTION_BYTES);
  return [
    ...(bytes.series.some(({ points }) => points.length >= POINTS_MIN) ? [bytes] : []),
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

function placeOf({ axis, axisValue }: CellFigures): string {
  return describePlace(axis, axisValue);
}

function describeWork({ messagesPerSecond, latency }: CellFigures): string {
  const { p99 } = latency.response;
  if (messagesPerSecond === null || p99 === null) return "";
  return `, echoed ${integer(messagesPerSecond)} messages a second with a p99 of ${about(p99)} ms`;
}
