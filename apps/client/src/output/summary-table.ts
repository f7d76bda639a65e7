import {
  CLOCKS,
  type ClientSummary,
  type Clock,
  INFINITE,
  OUTCOMES,
  type Outcome,
  type Percentile,
} from "@c10k-lab/protocol";
import Table from "cli-table3";

const NAMES: Readonly<Record<Clock, string>> = {
  connect: "connect",
  firstResponse: "first response",
  response: "response",
  intended: "from intended time",
};

const MEANING: Readonly<Record<Outcome, string>> = {
  ok: "all echoed and verified",
  interrupted: "interrupted",
  refused: "refused: nobody listens there",
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

/** The summary as a person reads it. */
export function formatSummary(summary: ClientSummary): string {
  return [headline(summary), leftOver(summary), evidence(summary), latencies(summary), outcomes(summary)]
    .filter((part) => part !== "")
    .join("\n");
}

function headline({ asked, achieved }: ClientSummary): string {
  const messages = asked.messages === null ? "" : ` of ${number(asked.messages)}`;
  const seconds = achieved.messagingMs / 1000;
  const mebibytes = achieved.bytesReceived / 2 ** 20;
  return [
    `connections  ${number(achieved.completed)} of ${number(asked.connections)} complete, ${number(achieved.held)} held at one time`,
    `messages     ${number(achieved.messages)}${messages} echoed and verified in ${seconds.toFixed(2)} s`,
    `throughput   ${number(achieved.messagesPerSecond)} messages/s, ${(mebibytes / (seconds || 1)).toFixed(1)} MiB/s each way`,
  ].join("\n");
}

/** What is in none of the clocks. */
function leftOver({ achieved, asked }: ClientSummary): string {
  const lines: [number, string][] = [
    [asked.connections - asked.active, `of the connections idle, ${number(achieved.proofs)} proofs of life`],
    [achieved.unsent, "messages were due and never sent"],
    [achieved.inFlight, "messages were under way when the run was interrupted"],
  ];
  return lines
    .filter(([count]) => count > 0)
    .map(([count, what]) => `             ${number(count)} ${what}`)
    .join("\n");
}

/** Whether the client itself kept up. */
function evidence({ loop }: ClientSummary): string {
  if (loop.cpuShare === null) return "";
  const { turn, sendLag } = loop.latencyUs;
  const late = sendLag.count === 0 ? "" : `, sends late by p99 ${milliseconds(sendLag.p99)} ms`;
  return `client       ${(100 * loop.cpuShare).toFixed(0)} % of one core, turns p99 ${milliseconds(turn.p99)} ms${late}`;
}

function latencies(summary: ClientSummary): string {
  const table = new Table({
    head: ["ms", "count", "failed", "min", "mean", "p50", "p90", "p99", "p99.9", "max"],
    colAligns: ["left", "right", "right", "right", "right", "right", "right", "right", "right", "right"],
    style: { head: [], border: [], compact: true },
  });
  for (const clock of CLOCKS) {
    const { count, failed, min, mean, p50, p90, p99, p999, max } = summary.latencyUs[clock];
    if (count + failed === 0) continue;
    table.push([
      NAMES[clock],
      number(count),
      number(failed),
      ...[min, mean, p50, p90, p99, p999, max].map(milliseconds),
    ]);
  }
  return table.length === 0 ? "" : table.toString();
}

function outcomes({ outcomes: counts }: ClientSummary): string {
  return OUTCOMES.filter((name) => name !== "ok" && counts[name] > 0)
    .map((name) => `${number(counts[name])} × ${name}: ${MEANING[name]}`)
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
