import { stripVTControlCharacters, styleText } from "node:util";
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
import { terminalTable } from "./terminal-table.ts";

/** Lines that a reader takes in at a glance; two of them are the path of the report and how to open it. */
const LINES_MAX = 18;
const FINDINGS_MAX = 5;
const BAR_WIDTH = 12;
const NO_BREAK = "\u00a0";

/** Abilities of the terminal. */
export interface Screen {
  readonly columns: number;
  /** It shows block characters. */
  readonly hasBars: boolean;
  readonly hasStyles: boolean;
}

/** Returns what standard output can show. A pipe or a log has no bars, no styles, and wide lines. */
export function readScreen(environment: NodeJS.ProcessEnv = process.env): Screen {
  const { isTTY = false, columns = 100 } = process.stdout;
  const locale = environment.LC_ALL || environment.LC_CTYPE || environment.LANG || "";
  const isUtf8 = /utf-?8/i.test(locale);
  const hasStyles = isTTY && !environment.NO_COLOR && environment.TERM !== "dumb";
  return { columns: isTTY ? columns : 100, hasBars: isTTY && isUtf8, hasStyles };
}

/** Returns what an experiment found, in at most 18 lines; everything with `isVerbose`. */
export function summarize(experiments: readonly LabResults[], screen: Screen, isVerbose: boolean): string[] {
  const stories = listExperiments(experiments).map((one) => tellStory(one, serverNames(experiments)));
  const [only, ...others] = stories;
  if (only === undefined) return [];
  if (others.length > 0)
    return stories.flatMap((story) => wrap(`${story.experiment.name}: ${story.answer}`, screen.columns));
  const short = summarizeStory(only, screen);
  return isVerbose ? [...short, "", ...listAll(only)] : short;
}

function summarizeStory(story: Story, screen: Screen): string[] {
  const { answer, rows, comparisons, findings, remarks, unmeasured } = story;
  const open = [describeUnsettled(comparisons), unmeasured].filter((one) => one !== null);
  const head = wrap(answer, screen.columns).map((line) => bold(line, screen));
  const foot = open.flatMap((sentence) => wrap(sentence, screen.columns));
  const shown = cutRows(drawRows(mergeRows(rows), screen), LINES_MAX - head.length - foot.length);
  let room = LINES_MAX - head.length - foot.length - shown.length;
  const told: string[] = [];
  for (const sentence of [...remarks, ...findings.map(describeAnswer)].slice(0, FINDINGS_MAX)) {
    const lines = wrap(sentence, screen.columns);
    if (lines.length > room) break;
    told.push(...lines);
    room -= lines.length;
  }
  return [...head, ...shown, ...told, ...foot];
}

/** Says how many lines of a table have no room, instead of leaving them out in silence. */
function cutRows(lines: readonly string[], room: number): string[] {
  if (lines.length <= room) return [...lines];
  const left = lines.length - room + 1;
  return [...lines.slice(0, room - 1), `${plural(left, "row")} more: in the report.`];
}

/** Draws the answer table, with a bar of the last value where there is room; as many columns as the screen has room for. */
function drawRows(rows: readonly AnswerRow[], screen: Screen): string[] {
  if (rows.length === 0) return [];
  const tables = FORMS.map((form) => terminalTable(tabulateRows(rows, form)).split("\n"));
  const widthOf = (lines: readonly string[]) => Math.max(...lines.map((line) => line.length));
  const plain = tables.find((lines) => widthOf(lines) <= screen.columns);
  if (plain === undefined) return rows.flatMap((row, at) => describeRow(row, rows[at - 1], screen));
  const width = widthOf(plain);
  const isRoomy = width + BAR_WIDTH + 2 <= screen.columns;
  if (!screen.hasBars || !isRoomy) return plain;
  const first = plain.length - rows.length;
  return plain.map((line, at) => {
    const row = rows[at - first];
    return row === undefined ? line : `${line.padEnd(width + 2)}${drawBar(row, rows)}`.trimEnd();
  });
}

/** Forms of the answer table, from the widest: with short headings, then without the last column. */
const FORMS = [
  { isShort: false, hasBreaks: true },
  { isShort: true, hasBreaks: true },
  { isShort: true, hasBreaks: false },
] as const;

/** Returns the answer table in few columns, whose headings take one line. */
function tabulateRows(rows: readonly AnswerRow[], { isShort, hasBreaks }: (typeof FORMS)[number]): Table {
  const isNew = (row: AnswerRow) => rows[rows.indexOf(row) - 1]?.name !== row.name;
  const [first] = rows;
  const quantity = first?.quantity ?? "cost";
  const head = isShort ? unitOf(quantity) : FINDING_QUANTITIES[quantity].label;
  const columns: Column<AnswerRow>[] = [
    { head: "question", align: "left", cell: (row) => (isNew(row) ? row.name : "") },
    { head: "server", align: "left", cell: ({ variant }) => variant },
    { head: "holds", cell: ({ holds }) => holds },
    { head: head.replaceAll(" ", NO_BREAK), cell: describeEnds },
    ...(hasBreaks
      ? [{ head: `breaks${NO_BREAK}first`, align: "left", cell: ({ breaks }: AnswerRow) => breaks } as const]
      : []),
  ];
  return tabulate(
    columns.filter(({ cell }) => rows.some((row) => cell(row) !== MISSING)),
    rows,
  );
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

/** Writes a row as a sentence, below its question where that is new: for a screen that is too narrow for a table. */
function describeRow(row: AnswerRow, before: AnswerRow | undefined, { columns }: Screen): string[] {
  const { name, variant, holds, quantity, breaks } = row;
  const value = describeEnds(row);
  const parts = [
    ...(holds === MISSING ? [] : [`holds ${holds}`]),
    ...(value === MISSING ? [] : [`${value} ${unitOf(quantity)}`]),
    ...(breaks === MISSING ? [] : [breaks]),
  ];
  return [
    ...(before?.name === name ? [] : wrap(`${name}:`, columns)),
    ...wrap(`${variant} ${parts.join(", ")}`, columns),
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

function bold(line: string, { hasStyles }: Screen): string {
  return hasStyles ? styleText("bold", stripVTControlCharacters(line), { validateStream: false }) : line;
}
