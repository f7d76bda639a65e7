import type { ClientSummary, LatencySummary, Percentile } from "@c10k-lab/protocol";
import { CLOCKS, type Clock, INFINITE } from "@c10k-lab/protocol/clocks";
import { OUTCOMES, type Outcome } from "@c10k-lab/protocol/names";
import Table from "cli-table3";

const NAMES: Readonly<Record<Clock, string>> = {
  connect: "connect",
  firstResponse: "first response",
  response: "response",
  intended: "from intended time",
};

const MEANINGS: Readonly<Record<Outcome, string>> = {
  ok: "all echoed and verified",
  interrupted: "interrupted",
  refused: "no server listens there",
  "connect-timeout": "not established in time",
  unreachable: "no route to the server",
  "no-descriptors": "this process has no descriptor left (ulimit -n)",
  "no-ports": "no local port left (net.ipv4.ip_local_port_range)",
  "self-connect": "connected to itself: there is no server",
  timeout: "no echo in time",
  reset: "reset by the server",
  "eof-early": "closed by the server too early",
  "wrong-bytes": "the echo differs from what was sent",
  error: "other errors",
};

/** Columns of the table of latencies, from the left. */
const COLUMNS: readonly { readonly head: string; readonly text: (summary: LatencySummary) => string }[] = [
  { head: "count", text: ({ count }) => number(count) },
  { head: "failed", text: ({ failed }) => number(failed) },
  { head: "min", text: ({ min }) => milliseconds(min) },
  { head: "mean", text: ({ mean }) => milliseconds(mean) },
  { head: "p50", text: ({ p50 }) => milliseconds(p50) },
  { head: "p90", text: ({ p90 }) => milliseconds(p90) },
  { head: "p99", text: ({ p99 }) => milliseconds(p99) },
  { head: "p99.9", text: ({ p999 }) => milliseconds(p999) },
  { head: "max", text: ({ max }) => milliseconds(max) },
];

/** Formats a summary as text for a person. */
export function formatSummary(summary: ClientSummary): string {
  return [
    formatTotals(summary),
    formatRest(summary),
    formatLoop(summary),
    formatLatencies(summary),
    formatOutcomes(summary),
  ]
    .filter((part) => part !== "")
    .join("\n");
}

function formatTotals({ asked, achieved }: ClientSummary): string {
  const messages = asked.messages === null ? "" : ` of ${number(asked.messages)}`;
  const seconds = achieved.messagingMs / 1000;
  const measured = achieved.messages - achieved.warmup;
  const mebibytes = (achieved.bytesReceived * measured) / (achieved.messages || 1) / 2 ** 20;
  return [
    `connections  ${number(achieved.completed)} of ${number(asked.connections)} complete, ${number(achieved.held)} held at one time`,
    `messages     ${number(measured)}${messages} echoed and verified in ${seconds.toFixed(2)} s`,
    `throughput   ${number(achieved.messagesPerSecond)} messages/s, ${(mebibytes / (seconds || 1)).toFixed(1)} MiB/s each way`,
  ].join("\n");
}

/** Formats the counts that are in no clock. */
function formatRest({ achieved, asked }: ClientSummary): string {
  const lines: readonly [number, string][] = [
    [asked.connections - asked.active, `connections idle, ${number(achieved.proofs)} proofs of life`],
    [achieved.warmup, "messages of the warm-up echoed and verified before that"],
    [achieved.unsent, "messages were due and never sent"],
    [achieved.inFlight, "messages were in flight when the run was interrupted"],
  ];
  return lines
    .filter(([count]) => count > 0)
    .map(([count, text]) => `             ${number(count)} ${text}`)
    .join("\n");
}

/** Formats the evidence whether the client itself kept up. */
function formatLoop({ loop }: ClientSummary): string {
  if (loop.cpuShare === null) return "";
  const { turn, sendLag } = loop.latencyUs;
  const late = sendLag.count === 0 ? "" : `, sends late by p99 ${milliseconds(sendLag.p99)} ms`;
  return `client       ${(100 * loop.cpuShare).toFixed(0)} % of one core, turns p99 ${milliseconds(turn.p99)} ms${late}`;
}

function formatLatencies({ latencyUs }: ClientSummary): string {
  const clocks = CLOCKS.filter((clock) => latencyUs[clock].count + latencyUs[clock].failed > 0);
  if (clocks.length === 0) return "";
  const table = new Table({
    head: ["ms", ...COLUMNS.map(({ head }) => head)],
    colAligns: ["left", ...COLUMNS.map(() => "right" as const)],
    style: { head: [], border: [], compact: true },
  });
  for (const clock of clocks) {
    table.push([NAMES[clock], ...COLUMNS.map(({ text }) => text(latencyUs[clock]))]);
  }
  return table.toString();
}

function formatOutcomes({ outcomes }: ClientSummary): string {
  return OUTCOMES.filter((name) => name !== "ok" && outcomes[name] > 0)
    .map((name) => `${number(outcomes[name])} × ${name}: ${MEANINGS[name]}`)
    .join("\n");
}

function milliseconds(us: Percentile): string {
  if (us === null) return "";
  if (us === INFINITE) return "∞";
  return (us / 1000).toFixed(us < 10_000 ? 3 : us < 100_000 ? 2 : 1);
}

function number(value: number): string {
  return value.toLocaleString("en-US");
}
