import type { RepetitionResult } from "@c10k-lab/protocol";
import { type Column, integer, listed, MISSING, optionText } from "@c10k-lab/words";
import { dataFile, type Experiment } from "../model/experiment.ts";
import { hasPlace } from "../model/options.ts";
import { wideTableOf } from "../text/common-columns.ts";
import { blocks, codeBlock, tableOf, text } from "../text/markdown.ts";

/** More different values of an option than this are counted, not listed. */
const VALUES_MAX = 16;

/** Renders all that is needed to run the plans again and to check the figures. */
export function appendix(experiments: readonly Experiment[]): string {
  const files = listed(experiments.map((one) => dataFile(one, experiments.length === 1)));
  return blocks([
    "## Appendix",
    `Every figure of every repetition: ${text(files)}.`,
    ...experiments.map(renderExperiment),
  ]);
}

function renderExperiment({ name, results: { manifest, repetitions } }: Experiment): string {
  const options = Object.entries(manifest.options).map(([option, value]) => ({
    option,
    value: optionText(value),
  }));
  return blocks([
    `### Options of plan ${text(name)}`,
    options.length === 0 ? "None." : tableOf(OPTION_COLUMNS, options),
    renderResolved(repetitions),
    ...(repetitions.length === 0
      ? []
      : [renderCommands(name, repetitions), renderLedgers(name, repetitions)]),
  ]);
}

interface OptionRow {
  readonly option: string;
  readonly value: string;
}

const OPTION_COLUMNS: readonly Column<OptionRow>[] = [
  { head: "option", align: "left", cell: ({ option }) => option },
  { head: "value", align: "left", cell: ({ value }) => value },
];

const PROGRAM_COLUMNS: readonly Column<OptionRow & { readonly program: string }>[] = [
  { head: "program", align: "left", cell: ({ program }) => program },
  ...OPTION_COLUMNS,
];

/** Renders the options as the programs resolved them, defaults included. */
function renderResolved(repetitions: readonly RepetitionResult[]): string {
  const byServer = [...Map.groupBy(repetitions, ({ server }) => server)];
  const rows = [
    ...byServer.flatMap(([server, of]) =>
      listOptions(`server-${server}`, of, ({ listening }) => listening?.options),
    ),
    ...listOptions("client", repetitions, ({ client }) => client?.asked.options),
  ];
  if (rows.length === 0) return "";
  return blocks([
    "Options as the programs resolved them, defaults included. An option with several values has them in different cells.",
    tableOf(PROGRAM_COLUMNS, rows),
  ]);
}

function listOptions(
  program: string,
  repetitions: readonly RepetitionResult[],
  options: (one: RepetitionResult) => Record<string, unknown> | undefined,
) {
  const entries = repetitions.flatMap((one) => Object.entries(options(one) ?? {}));
  return [...Map.groupBy(entries, ([option]) => option)]
    .filter(([option]) => !hasPlace(option))
    .map(([option, of]) => ({
      program,
      option,
      value: describeValues(of.map(([, value]) => optionText(value))),
    }));
}

function describeValues(all: readonly string[]): string {
  const values = [...new Set(all)].toSorted((a, b) => a.localeCompare(b, "en", { numeric: true }));
  if (values.length <= VALUES_MAX) return values.join(", ");
  return `${values.length} values from ${values[0]} to ${values.at(-1)}`;
}

/** Renders each command once, with the cells it was used for. */
function renderCommands(name: string, repetitions: readonly RepetitionResult[]): string {
  const uses = repetitions.flatMap(({ cell, commands: { servers, clients } }) => {
    const own = servers.map((command) => maskPorts(command, clients));
    return [...own, ...clients].map((command) => ({ cell, command: maskPlace(command) }));
  });
  const lines = [...Map.groupBy(uses, ({ command }) => command)].map(
    ([command, of]) => `# ${[...new Set(of.map(({ cell }) => cell))].join(", ")}\n${command}`,
  );
  return blocks([
    `### Commands of plan ${text(name)}`,
    `${describeProcessors(repetitions)} PORT, FILE and TIME stand for values that differ between repetitions.`,
    codeBlock(lines.join("\n")),
  ]);
}

/** A foreign server has its port anywhere in its command: the clients' commands tell which number that is. */
function maskPorts(command: string, clients: readonly string[]): string {
  const ports = clients.flatMap((client) => /--port ([1-9]\d*)/.exec(client)?.[1] ?? []);
  return ports.reduce((text, port) => text.replace(new RegExp(`\\b${port}\\b`, "g"), "PORT"), command);
}

function maskPlace(command: string): string {
  return command
    .replace(/\s+/g, " ")
    .trim()
    .replace(/(--port |--(?:control|gate) \S+:)[1-9]\d*/g, "$1PORT")
    .replace(/(--(?:stats|summary|volume) )\S+/g, "$1FILE")
    .replace(/(--start-at )\S+/g, "$1TIME");
}

function describeProcessors(repetitions: readonly RepetitionResult[]): string {
  const places = repetitions.map(({ processors }) =>
    processors === null
      ? "not pinned"
      : `server on ${processors.server.join(", ")} and client on ${processors.client.join(", ")}`,
  );
  return `Processors: ${listed([...new Set(places)])}.`;
}

interface LedgerRow {
  readonly id: string;
  readonly status: string;
  readonly ledgers: string;
  /** Connections, messages, bytes to the server, bytes back; null where the ledgers were not compared. */
  readonly totals: readonly number[] | null;
}

const LEDGER_COLUMNS: readonly Column<LedgerRow>[] = [
  { head: "repetition", align: "left", cell: ({ id }) => id },
  { head: "status", align: "left", cell: ({ status }) => status },
  { head: "ledgers", align: "left", cell: ({ ledgers }) => ledgers },
  ...["connections", "messages", "bytes to the server", "bytes back"].map(
    (head, at): Column<LedgerRow> => ({
      head,
      cell: ({ totals }) => (totals === null ? MISSING : integer(totals[at] ?? null)),
    }),
  ),
];

function renderLedgers(name: string, repetitions: readonly RepetitionResult[]): string {
  return blocks([
    `### Repetitions and ledgers of plan ${text(name)}`,
    "In the order they were run. The server must have received what the client sent, and the other way round; one row " +
      "stands for both where they agree. The lab's own connection, which tries the server before the load, is left out.",
    wideTableOf(LEDGER_COLUMNS, repetitions.flatMap(ledgerRows)),
  ]);
}

function ledgerRows({ id, status, ledger, reconciliation, client: summary }: RepetitionResult): LedgerRow[] {
  if (ledger === "client-only" && summary) {
    const { established, messages, proofs, bytesSent, bytesReceived } = summary.achieved;
    return [
      {
        id,
        status,
        ledgers: "client only",
        totals: [established, messages + proofs, bytesSent, bytesReceived],
      },
    ];
  }
  if (reconciliation === null) return [{ id, status, ledgers: "not compared", totals: null }];
  const { client, server, balanced } = reconciliation;
  const sent = [client.connections, client.messages, client.bytesSent, client.bytesReceived];
  const echoed = [server.connections, server.requests, server.bytesReceived, server.bytesSent];
  if (balanced) return [{ id, status, ledgers: "agree", totals: sent }];
  return [
    { id, status, ledgers: "differ: client", totals: sent },
    { id, status, ledgers: "differ: server", totals: echoed },
  ];
}
