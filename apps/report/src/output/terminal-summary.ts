import type { LabResults } from "@c10k-lab/protocol";
import {
  type AnswerRow,
  demandTable,
  describeEnds,
  type Group,
  listExperiments,
  mergeRows,
  type Story,
  serverNames,
  summaryTable,
  tellStory,
} from "@c10k-lab/report";
import {
  type Column,
  describeAnswer,
  describeIncidents,
  describeUnsettled,
  FINDING_QUANTITIES,
  MISSING,
  plural,
  type Table,
  tabulate,
  wrap,
} from "@c10k-lab/words";
import { bold, type Screen } from "./screen.ts";
import { NO_BREAK, terminalTable, widthOf } from "./terminal-table.ts";

/** Lines that a reader takes in at a glance; two of them are the path of the report and how to open it. */
const LINES_MAX = 18;
const FINDINGS_MAX = 5;
const BAR_WIDTH = 12;

/** Returns what an experiment found, in at most 18 lines; everything with `isVerbose`. */
export function summarize(experiments: readonly LabResults[], screen: Screen, isVerbose: boolean): string[] {
  const stories = listExperiments(experiments).map((one) => tellStory(one, serverNames(experiments)));
  const [only, ...others] = stories;
  if (only === undefined) return [];
  if (others.length > 0)
    return stories.flatMap((story) =>
      wrap(`${story.experiment.name}: ${story.answer.join(" ")}`, screen.columns),
    );
  const short = summarizeStory(only, screen);
  return isVerbose ? [...short, "", ...listAll(only)] : short;
}

function summarizeStory(story: Story, screen: Screen): string[] {
  const { answer, rows, comparisons, findings, remarks, unmeasured } = story;
  const open = [describeUnsettled(comparisons), unmeasured].filter((one) => one !== null);
  const [first = "", ...others] = answer;
  const head = wrap(first, screen.columns).map((line) => bold(line, screen));
  const foot = open.flatMap((sentence) => wrap(sentence, screen.columns));
  const shown = cutRows(drawRows(mergeRows(rows), screen), LINES_MAX - head.length - foot.length);
  let room = LINES_MAX - head.length - foot.length - shown.length;
  const told: string[] = [];
  for (const sentence of [...others, ...remarks, ...findings.map(describeAnswer)].slice(0, FINDINGS_MAX)) {
    const lines = wrap(sentence, screen.columns);
    if (lines.length > room) break;
    told.push(...lines);
    room -= lines.length;
  }
  return [...head, ...shown, ...told, ...foot];
}

/** Shows whole rows as far as there is room, and says how many have none, instead of leaving them out in silence. */
function cutRows({ head, rows }: Rows, room: number): string[] {
  const all = [head, ...rows].flat();
  if (all.length <= room) return all;
  const shown = [...head];
  let count = 0;
  for (const row of rows) {
    if (shown.length + row.length > room - 1) break;
    shown.push(...row);
    count++;
  }
  const more = `${plural(rows.length - count, "row")} more: in the report.`;
  return count === 0 ? [more] : [...shown, more];
}

/** The answer table in lines: its heading, and those of each row. */
interface Rows {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Draws the answer table, with a bar of the last value where there is room; as many columns as the screen has room for. */
function drawRows(rows: readonly AnswerRow[], screen: Screen): Rows {
  if (rows.length === 0) return { head: [], rows: [] };
  const tables = FORMS.map((form) => terminalTable(tabulateRows(rows, form)).split("\n"));
  const plain = tables.find((lines) => widthOf(lines) <= screen.columns);
  if (plain === undefined)
    return { head: [], rows: rows.map((row, at) => describeRow(row, rows[at - 1], screen)) };
  const width = widthOf(plain);
  const hasBars = screen.hasBars && width + BAR_WIDTH + 2 <= screen.columns;
  const first = plain.length - rows.length;
  const lines = rows.map((row, at) => {
    const line = plain[first + at] ?? "";
    return [hasBars ? `${line.padEnd(width + 2)}${drawBar(row, rows)}`.trimEnd() : line];
  });
  return { head: plain.slice(0, first), rows: lines };
}

/** Forms of the answer table, from the widest: with short headings, without the last column, with one column of results. */
const FORMS = [
  { isShort: false, hasHolds: true, hasBreaks: true },
  { isShort: true, hasHolds: true, hasBreaks: true },
  { isShort: true, hasHolds: true, hasBreaks: false },
  { isShort: true, hasHolds: false, hasBreaks: false },
] as const;

/** Returns the answer table in few columns, whose headings take one line. */
function tabulateRows(
  rows: readonly AnswerRow[],
  { isShort, hasHolds, hasBreaks }: (typeof FORMS)[number],
): Table {
  const isNew = (row: AnswerRow) => rows[rows.indexOf(row) - 1]?.name !== row.name;
  const [first] = rows;
  const quantity = first?.quantity ?? "cost";
  const head = isShort ? unitOf(quantity) : FINDING_QUANTITIES[quantity].label;
  const columns: Column<AnswerRow>[] = [
    { head: "question", align: "left", cell: (row) => (isNew(row) ? row.name : "") },
    { head: "server", align: "left", cell: ({ variant }) => variant },
    ...(hasHolds ? [{ head: "holds", cell: ({ holds }: AnswerRow) => holds }] : []),
    { head: head.replaceAll(" ", NO_BREAK), cell: hasHolds ? describeEnds : describeResult },
    ...(hasBreaks
      ? [{ head: `breaks${NO_BREAK}first`, align: "left", cell: ({ breaks }: AnswerRow) => breaks } as const]
      : []),
  ];
  return tabulate(
    columns.filter(({ cell }) => rows.some((row) => cell(row) !== MISSING)),
    rows,
  );
}

/** Returns the value of a row, or what the server held where no value was measured. */
function describeResult(row: AnswerRow): string {
  const value = describeEnds(row);
  return value === MISSING && row.holds !== MISSING ? `${row.holds} held` : value;
}

function unitOf(quantity: AnswerRow["quantity"]): string {
  const { unit } = FINDING_QUANTITIES[quantity];
  return quantity === "cost" ? `${unit}/message` : unit;
}

function drawBar(row: AnswerRow, rows: readonly AnswerRow[]): string {
  const most = Math.max(
    ...rows.filter(({ question }) => question === row.question).map(({ high }) => high?.value ?? 0),
  );
  return most === 0 ? "" : "█".repeat(Math.round((BAR_WIDTH * (row.high?.value ?? 0)) / most));
}

/** Writes a row in words, below its question where that is new: for a screen that is too narrow for a table. */
function describeRow(row: AnswerRow, before: AnswerRow | undefined, { columns }: Screen): string[] {
  const { name, variant, holds, quantity, breaks, hasBroken } = row;
  const value = describeEnds(row);
  const parts = [
    ...(holds === MISSING ? [] : [`${holds} held`]),
    ...(value === MISSING ? [] : [`${value} ${unitOf(quantity)}`]),
    ...(hasBroken ? [`breaks first: ${breaks}`] : []),
  ];
  return [
    ...(before?.name === name ? [] : wrap(`${name}:`, columns)),
    ...wrap(`${variant}: ${parts.join(", ")}`, columns),
  ];
}

/** Returns the table of all cells, the service demands, incidents, and every finding. */
function listAll({ experiment: { results, groups }, findings }: Story): string[] {
  if (results.repetitions.length === 0) return [];
  const parts = [
    terminalTable(summaryTable(results)).split("\n"),
    ...groups.map(drawDemands),
    describeIncidents(results.repetitions),
    [...new Set([...findings, ...(results.findings?.findings ?? [])].map(describeAnswer))],
  ];
  return parts.filter(({ length }) => length > 0).flatMap((part, at) => (at === 0 ? part : ["", ...part]));
}

function drawDemands(group: Group): string[] {
  const table = demandTable(group);
  if (table === null) return [];
  const place = group.name === null ? "" : `, ${group.name}`;
  return [`Service demand${place}: D is the CPU time per message`, ...terminalTable(table).split("\n")];
}
