import type { CellResult } from "@c10k-lab/protocol";
import { integer, listed, MISSING } from "@c10k-lab/words";
import { optionText } from "../model/option-text.ts";
import { dataFile, type Run } from "../model/run.ts";
import { blocks, codeBlock, tableOf, text } from "../text/markdown.ts";

/** More different values of an option are counted, not listed. */
const VALUES_MAX = 16;

/** Of a cell's own: they say nothing of what was measured. */
const OF_THE_CELL = ["host", "port", "stats", "summary", "startAt", "exitWithParent"];

/** Everything needed to run it again, and to check it. */
export function appendix(runs: readonly Run[]): string {
  const files = listed(runs.map((run) => dataFile(run, runs.length === 1)));
  return blocks(["## Appendix", `Every figure of every run of a cell: ${text(files)}.`, ...runs.map(ofRun)]);
}

function ofRun({ name, results: { manifest, cells } }: Run): string {
  const options = Object.entries(manifest.options).map(([option, value]) => [option, optionText(value)]);
  return blocks([
    `### Options of plan ${text(name)}`,
    options.length === 0 ? "None." : tableOf({ head: ["option", "value"], rows: options }, [0, 1]),
    resolvedOptions(cells),
    ...(cells.length === 0 ? [] : [commands(name, cells), reconciliation(name, cells)]),
  ]);
}

/** As the programs resolved them, defaults included: every server and the clients. */
function resolvedOptions(cells: readonly CellResult[]): string {
  const servers = [...Map.groupBy(cells, ({ server }) => server)].flatMap(([server, of]) =>
    rowsOf(
      `server-${server}`,
      of.map(({ listening }) => listening?.options),
    ),
  );
  const clients = rowsOf(
    "client",
    cells.map(({ client }) => client?.asked.options),
  );
  if (servers.length + clients.length === 0) return "";
  return blocks([
    "What the programs made of them, defaults included. An option with several values has them in different cells.",
    tableOf({ head: ["program", "option", "value"], rows: [...servers, ...clients] }, [0, 1, 2]),
  ]);
}

function rowsOf(program: string, options: readonly (Record<string, unknown> | undefined)[]): string[][] {
  const entries = options.flatMap((one) => Object.entries(one ?? {}));
  return [...Map.groupBy(entries, ([option]) => option)]
    .filter(([option]) => !OF_THE_CELL.includes(option))
    .map(([option, of]) => [program, option, valuesText(of.map(([, value]) => optionText(value)))]);
}

function valuesText(all: readonly string[]): string {
  const values = [...new Set(all)].toSorted((a, b) => a.localeCompare(b, "en", { numeric: true }));
  if (values.length <= VALUES_MAX) return values.join(", ");
  return `${values.length} values from ${values[0]} to ${values.at(-1)}`;
}

/** Each command once, with the cells it was used for. */
function commands(name: string, cells: readonly CellResult[]): string {
  const uses = cells.flatMap((cell) =>
    [...cell.commands.servers, ...cell.commands.clients].map((command) => ({
      cell: cell.name,
      command: withoutPlace(command),
    })),
  );
  const byCommand = Map.groupBy(uses, ({ command }) => command);
  const lines = [...byCommand].map(
    ([command, of]) => `# ${[...new Set(of.map(({ cell }) => cell))].join(", ")}\n${command}`,
  );
  return blocks([
    `### Commands of plan ${text(name)}`,
    `${processorsSentence(cells)} PORT, FILE and TIME stand for what differs from run to run.`,
    codeBlock(lines.join("\n")),
  ]);
}

function withoutPlace(command: string): string {
  return command
    .replace(/\s+/g, " ")
    .trim()
    .replace(/(--port )[1-9]\d*/g, "$1PORT")
    .replace(/(--(?:stats|summary|volume) )\S+/g, "$1FILE")
    .replace(/(--start-at )\S+/g, "$1TIME");
}

function processorsSentence(cells: readonly CellResult[]): string {
  const places = cells.map(({ processors }) =>
    processors === null
      ? "not pinned"
      : `server on ${processors.server.join(", ")} and client on ${processors.client.join(", ")}`,
  );
  return `Processors: ${listed([...new Set(places)])}.`;
}

/** Where both sides agree one row stands for both. */
function reconciliation(name: string, cells: readonly CellResult[]): string {
  const head = [
    "run of a cell",
    "status",
    "books",
    "connections",
    "messages",
    "bytes to the server",
    "bytes back",
  ];
  return blocks([
    `### Runs and reconciliation of plan ${text(name)}`,
    "In the order they were run. What the client sent must be what the server received, and the other way round; one row where " +
      "both agree. The lab's own connection, which tries the server before the load, is not in these figures.",
    tableOf({ head, rows: cells.flatMap(booksOf) }, [0, 1, 2]),
  ]);
}

function booksOf({ id, status, reconciliation: books }: CellResult): string[][] {
  if (books === null) return [[id, status, "not reconciled", ...Array<string>(4).fill(MISSING)]];
  const { client, server, balanced } = books;
  const ofClient = [client.connections, client.messages, client.bytesSent, client.bytesReceived].map(integer);
  const ofServer = [server.connections, server.requests, server.bytesReceived, server.bytesSent].map(integer);
  if (balanced) return [[id, status, "balanced", ...ofClient]];
  return [
    [id, status, "not balanced: client", ...ofClient],
    [id, status, "not balanced: server", ...ofServer],
  ];
}
