import { type Bound, INFINITE, type Signal } from "@c10k-lab/protocol";
import { integer, listed, plural } from "../phrases/numbers.ts";
import { timesText } from "../phrases/ranges.ts";
import { describeDoubt } from "./doubts.ts";
import { describeIncident, REFUSALS } from "./incidents.ts";

type Sentences = { readonly [K in Signal["signal"]]: (signal: Extract<Signal, { signal: K }>) => string };

const SENTENCES: Sentences = {
  "fd-wall": ({ refused, asked, acceptErrors }) =>
    refused > 0
      ? `The server refused ${integer(refused)} of ${plural(asked, "connection")}: ${REFUSALS["refused-descriptor"]}.`
      : describeAcceptErrors(acceptErrors, "the server had no descriptor left"),
  "thread-limit": ({ refused }) => `No thread could be started for ${plural(refused, "connection")}.`,
  memory: ({ process, acceptErrors }) =>
    process === null
      ? describeAcceptErrors(acceptErrors, "the kernel had no memory left for connections")
      : describeIncident({ incident: "out-of-memory", process }),
  "client-resources": ({ withoutDescriptor, withoutPort, death }) => {
    if (death !== null) return describeIncident(death);
    const lacks = [
      ...(withoutDescriptor > 0 ? [`no descriptor for ${plural(withoutDescriptor, "connection")}`] : []),
      ...(withoutPort > 0 ? [`no local port for ${plural(withoutPort, "connection")}`] : []),
    ];
    return `The client had ${listed(lacks)}.`;
  },
  "listen-overflow": ({ times }) => `The accept queue overflowed ${timesText([times])}.`,
  failures: ({ asked, outcomes, incident, doubt }) => {
    if (incident !== null) return describeIncident(incident);
    if (doubt !== null) return describeDoubt(doubt);
    const ends = Object.entries(outcomes).map(([outcome, count]) => `${integer(count)} as ${outcome}`);
    return `Connections ended badly, of ${integer(asked)} asked for: ${listed(ends)}.`;
  },
  "client-limit": ({ doubt }) => describeDoubt(doubt),
  cpu: ({ corePercent }) => `The server used ${integer(corePercent)} % of one core.`,
  rate: ({ offeredPerSecond, answeredPercent, objectivePercent }) =>
    `${tenths(Math.floor, answeredPercent)} % of the ${integer(offeredPerSecond)} messages/s offered were answered; the objective is ${tenths(Math.ceil, objectivePercent)} %.`,
  latency: ({ p99Ms, objectiveMs }) => {
    if (p99Ms === null) return "No response time was measured.";
    if (p99Ms === INFINITE) return "The p99 response time was infinite: more than 1 % were never answered.";
    return `The p99 response time was ${tenths(Math.ceil, p99Ms)} ms; the objective is ${tenths(Math.ceil, objectiveMs)} ms.`;
  },
};

type BoundSentences = { readonly [K in Bound["bound"]]: (bound: Extract<Bound, { bound: K }>) => string };

const BOUNDS: BoundSentences = {
  plan: ({ value }) => `The search stopped at ${integer(value)}, the plan's upper bound.`,
  descriptors: ({ value, limit, own }) =>
    `The search stopped at ${integer(value)}: a process may open ${integer(limit)} files (RLIMIT_NOFILE) and needs ${own} of them for itself.`,
  load: ({ value, durationMs, ratePerSecond }) =>
    `The search stopped at ${integer(value)}: with more connections some have no message due in ${durationMs / 1000} s at ${integer(ratePerSecond)} messages/s.`,
  ports: ({ value }) =>
    `The search stopped at ${integer(value)}: one address has no more local ports (net.ipv4.ip_local_port_range).`,
  signal: ({ signal }) => describeSignal(signal),
};

/** Returns the sentence for a signal, with its figures. */
export function describeSignal(signal: Signal): string {
  return (SENTENCES[signal.signal] as (signal: Signal) => string)(signal);
}

/** Returns the sentence that tells why a search went no further. */
export function describeBound(bound: Bound): string {
  return (BOUNDS[bound.bound] as (bound: Bound) => string)(bound);
}

function describeAcceptErrors(errors: Readonly<Record<string, number>>, meaning: string): string {
  const counts = Object.entries(errors).map(([name, count]) => `${timesText([count])} with ${name}`);
  return `Accepting failed ${listed(counts)}: ${meaning}.`;
}

/** Rounds to tenths away from the value it is compared with, so that 94.96 does not read as the 95 it is below. */
function tenths(round: (value: number) => number, value: number): string {
  return (round(value * 10) / 10).toLocaleString("en-US");
}
