import type { TcpCounter } from "@c10k-lab/protocol";
import { integer, plural } from "@c10k-lab/words";
import { LATE_MS, rungText } from "../../comparison/ladder.ts";
import { lateSentence } from "../../comparison/wait-sentences.ts";
import { isLaddered, type Waits, waitsOf } from "../../comparison/waits.ts";
import type { CellFigures } from "../../model/cell-figures.ts";
import { placeOf, wordsOf } from "../../model/place.ts";
import { cellsOf, type Study } from "../../model/study.ts";
import { blocks, bullets, type Table, tableOf, text } from "../../text/markdown.ts";

interface Row {
  readonly cell: CellFigures;
  readonly waits: Waits;
}

const COUNTERS: readonly TcpCounter[] = ["ListenOverflows", "ListenDrops", "TCPTimeouts", "TCPLossProbes"];

/**
 * Whether long waits are the server's or the kernel's timers. Shown where something waited that long or an accept queue
 * overflowed; that nothing did is said where another group differs only in its options.
 */
export function retransmissions(study: Study): string {
  const rows = study.variants
    .flatMap((variant) => cellsOf(study, variant))
    .map((cell) => ({ cell, waits: waitsOf(study, cell.results) }));
  const remarkable = rows.filter(({ waits }) => waits.late > 0 || waits.tcp.ListenOverflows > 0);
  const heading = "### Waits for retransmissions";
  if (remarkable.length === 0) return isLaddered(study) ? blocks([heading, bullets(nothing(rows))]) : "";
  return blocks([
    heading,
    text(EXPLANATION),
    tableOf(tableOfRows(study, remarkable)),
    bullets(study.variants.flatMap((variant) => worstSentence(study, variant, remarkable))),
  ]);
}

const EXPLANATION =
  "A message that is not acknowledged is sent again after 0.2 s, 0.2 s later, and then after twice as long each time, so an " +
  "answer that waited for it takes 0.2, 0.4, 0.8, 1.6 s and so on: the rungs of a ladder. When the accept queue is full the " +
  "kernel drops the last step of a handshake; the client is connected and sends, and its first message is repeated until there " +
  "is room. Counted is the longest response of each connection, in all runs of a cell together; the charts by connection " +
  'draw one of them. "First": of those on a rung, how many waited so for their first response. "No response": connections ' +
  'that ended, or were cut off, before any. "Sent again": segments that were no SYN. The counters belong to the whole network ' +
  "namespace.";

function tableOfRows(study: Study, rows: readonly Row[]): Table {
  const highest = Math.max(...rows.map(({ waits }) => waits.byRung.findLastIndex((count) => count > 0)));
  const rungs = Array.from({ length: highest + 1 }, (_, rung) => rung);
  return {
    head: [
      "server",
      wordsOf(study.axis).label,
      "runs",
      "connections",
      "no response",
      `above ${LATE_MS} ms`,
      ...rungs.map((rung) => `at ${rungText(rung)}`),
      "on a rung",
      "first",
      ...COUNTERS,
      "sent again",
    ],
    rows: rows.map(({ cell, waits }) => [
      cell.variant,
      wordsOf(study.axis).format(cell.x),
      ...[cell.results.length, waits.connections, waits.unanswered, waits.late].map(integer),
      ...rungs.map((rung) => integer(waits.byRung[rung] ?? 0)),
      ...[waits.onRung, waits.first].map(integer),
      ...COUNTERS.map((name) => integer(waits.tcp[name])),
      integer(waits.sentAgain),
    ]),
  };
}

/** Of each variant the cell with most connections on a rung. */
function worstSentence(study: Study, variant: string, rows: readonly Row[]): string[] {
  const [worst] = rows
    .filter(({ cell }) => cell.variant === variant)
    .toSorted((a, b) => b.waits.onRung - a.waits.onRung || b.waits.late - a.waits.late);
  if (worst === undefined) return [];
  const { cell, waits } = worst;
  const who = `${study.group === null ? "" : `${study.group}, `}${variant} at ${placeOf(study.axis, cell.x)}`;
  if (waits.connections === 0) return [];
  const late = lateSentence(who, waits) || `${who}: no connection waited longer than ${LATE_MS} ms.`;
  const { ListenOverflows, TCPTimeouts } = waits.tcp;
  if (ListenOverflows === 0) return [`${late} The accept queue did not overflow.`];
  return [
    `${late} The accept queue overflowed ${integer(ListenOverflows)} times, and retransmission timers ran out ${integer(TCPTimeouts)} times.`,
  ];
}

function nothing(rows: readonly Row[]): string[] {
  const connections = rows.reduce((sum, { waits }) => sum + waits.connections, 0);
  if (connections === 0) return [];
  return [
    `Of ${plural(connections, "connection")}, in all runs together, none waited longer than ${LATE_MS} ms, and no accept queue overflowed.`,
  ];
}
