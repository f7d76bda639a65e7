import { type Column, describePlace, integer, plural } from "@c10k-lab/words";
import type { CellFigures } from "../model/cell-figures.ts";
import { cellsInOrder, type Group } from "../model/group.ts";
import { axisColumn, SERVER } from "../text/columns.ts";
import { wideTableOf } from "../text/common-columns.ts";
import { blocks, bullets, text } from "../text/markdown.ts";
import { describeOverflows, describeWaits } from "../waits/describe-waits.ts";
import { LATE_MS, rungText } from "../waits/ladder.ts";
import { isLaddered, type Waits, waitsOf } from "../waits/waits.ts";

interface Row {
  readonly cell: CellFigures;
  readonly waits: Waits;
}

/**
 * Renders whether long waits are the server's or the kernel's timers. Shown where something waited that long or an accept queue
 * overflowed; where another group differs only in its options, it says that nothing did.
 */
export function retransmissions(group: Group): string {
  const rows = cellsInOrder(group).map((cell) => ({ cell, waits: waitsOf(group, cell.repetitions) }));
  const remarkable = rows.filter(({ waits }) => waits.late > 0 || waits.tcp.ListenOverflows > 0);
  const heading = "### Waits for retransmissions";
  if (remarkable.length === 0) return isLaddered(group) ? blocks([heading, bullets(nothing(rows))]) : "";
  return blocks([
    heading,
    text(EXPLANATION),
    wideTableOf(columnsFor(group, remarkable), remarkable),
    bullets(group.variants.flatMap((variant) => worstSentence(group, variant, remarkable))),
  ]);
}

const EXPLANATION =
  "A message that is not acknowledged is sent again after 0.2 s, 0.2 s later, and then after twice as long each time, so an " +
  "answer that waited for it takes 0.2, 0.4, 0.8, 1.6 s and so on: the rungs of a ladder. When the accept queue is full the " +
  "kernel drops the last step of a handshake; the client is connected and sends, and its first message is repeated until there " +
  "is room. The table counts the longest response of each connection by its rung, in all repetitions of a cell together; the charts by connection " +
  'draw one of them. "First": connections on a rung whose longest response was their first. "No response": connections ' +
  'that ended, or were cut off, before any. "Sent again": segments of the whole network ' +
  "namespace that were no SYN.";

function columnsFor({ axis }: Group, rows: readonly Row[]): Column<Row>[] {
  const highest = Math.max(...rows.map(({ waits }) => waits.byRung.findLastIndex((count) => count > 0)));
  const rungs = Array.from({ length: highest + 1 }, (_, rung) => rung);
  const count = (head: string, value: (row: Row) => number): Column<Row> => ({
    head,
    cell: (row) => integer(value(row)),
  });
  return [
    ...[SERVER, axisColumn(axis)].map((column) => ({
      ...column,
      cell: ({ cell }: Row) => column.cell(cell),
    })),
    count("repetitions", ({ cell }) => cell.repetitions.length),
    count("connections", ({ waits }) => waits.connections),
    count("no response", ({ waits }) => waits.unanswered),
    count(`above ${LATE_MS} ms`, ({ waits }) => waits.late),
    ...rungs.map((rung) => count(rungText(rung), ({ waits }) => waits.byRung[rung] ?? 0)),
    count("on a rung", ({ waits }) => waits.onRung),
    count("first", ({ waits }) => waits.first),
    count("sent again", ({ waits }) => waits.sentAgain),
  ];
}

/** Names the cell of a variant with most connections on a rung. */
function worstSentence(group: Group, variant: string, rows: readonly Row[]): string[] {
  const [worst] = rows
    .filter(({ cell }) => cell.variant === variant)
    .toSorted((a, b) => b.waits.onRung - a.waits.onRung || b.waits.late - a.waits.late);
  if (worst === undefined || worst.waits.connections === 0) return [];
  const { cell, waits } = worst;
  const place = `${variant} at ${describePlace(group.axis, cell.axisValue)}`;
  const where = group.name === null ? place : `${group.name}, ${place}`;
  return [`${where}: ${describeWaits(waits)} ${describeOverflows(waits)}`];
}

function nothing(rows: readonly Row[]): string[] {
  const connections = rows.reduce((sum, { waits }) => sum + waits.connections, 0);
  if (connections === 0) return [];
  return [
    `None of ${plural(connections, "connection")}, in all repetitions together, waited longer than ${LATE_MS} ms, and no accept queue overflowed.`,
  ];
}
