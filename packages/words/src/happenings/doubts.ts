import type { Doubt, DoubtReason } from "@c10k-lab/protocol";
import { integer } from "../phrases/numbers.ts";
import { timesText } from "../phrases/ranges.ts";

type Sentences = { readonly [K in DoubtReason]: (doubt: Extract<Doubt, { reason: K }>) => string };

const SENTENCES: Sentences = {
  status: ({ status }) => `The repetition ended as ${status}.`,
  ledgers: () => "The ledgers of client and server differ.",
  "not-held": ({ held, asked }) =>
    `${integer(held)} of ${integer(asked)} connections are proven to have been open at one time.`,
  "client-limit": ({ corePercent }) =>
    `The client used ${integer(corePercent)} % of one core: it may have been the limit, not the server.`,
  "loop-lag": ({ turnP99Us, responseP99Us }) =>
    `A turn of the client's loop took ${inMs(turnP99Us)} ms at its p99, the response ${inMs(responseP99Us)} ms.`,
  "send-lag": ({ lagP99Us }) =>
    `The client sent ${inMs(lagP99Us)} ms late at its p99, on connections that were free.`,
  stolen: ({ percent, node }) => `The hypervisor took ${percent} % of a core away${placeOf(node)}.`,
  "busy-host": ({ percent, node }) => `Other work used ${percent} % of a core${placeOf(node)}.`,
  throttled: ({ throttledMs }) => `A CPU quota held server or client back for ${integer(throttledMs)} ms.`,
  "one-processor": () => "Server and client had one processor together: each waited for the other.",
  "listen-overflow": ({ times }) =>
    `The accept queue overflowed ${timesText([times])}: some times are those of the kernel's retransmission timers.`,
};

/** Meanings of the reasons, as clauses: "in every cell …". */
export const DOUBT_MEANINGS: Readonly<Record<DoubtReason, string>> = {
  status: "the repetitions did not end well",
  ledgers: "the ledgers of client and server differ",
  "not-held": "fewer connections were open at one time than were asked for",
  "client-limit":
    "the client used 95 % or more of its core, so the rate is a lower bound of what the server can do and response times contain waits inside the client",
  "loop-lag":
    "a turn of the client's loop took more than half of the p99 response time, so that is partly the client's",
  "send-lag":
    "the client sent late by more than half of the p99 response time, so that is partly the client's",
  stolen: "the hypervisor gave processor time to other guests",
  "busy-host": "other work used the processors",
  throttled: "a CPU quota held server or client back",
  "one-processor": "server and client had one processor together, so each waited for the other",
  "listen-overflow": "the accept queue overflowed, so some times are the kernel's retransmission timers",
};

/** Returns the sentence for a doubt, with the measurement that raised it. */
export function describeDoubt(doubt: Doubt): string {
  return (SENTENCES[doubt.reason] as (doubt: Doubt) => string)(doubt);
}

/** Returns " on beta"; empty where all ran on one machine. */
function placeOf(node: string | undefined): string {
  return node === undefined ? "" : ` on ${node}`;
}

function inMs(us: number): string {
  return (us / 1000).toFixed(2);
}
