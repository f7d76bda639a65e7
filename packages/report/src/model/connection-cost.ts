import { type LoadSample, MEASURABLE_CONNECTIONS, type RepetitionResult } from "@c10k-lab/protocol";

const NONE = {
  /** Growth of the memory of all servers while the connections were opened, bytes a connection. */
  serverBytes: null,
  clientBytes: null,
  /** Growth of the kernel's memory, both ends of a connection together. */
  kernelBytes: null,
  /** Sum of the three. */
  connectionBytes: null,
  openedPerSecond: null,
  /** Time from the stop signal to the end of the last server. */
  stopSeconds: null,
  resultMiB: null,
};

/** Measures the costs of connections in one repetition; without memory where its clients did not wait for each other. */
export function measureConnections({ evidence, client }: RepetitionResult): {
  [Name in keyof typeof NONE]: number | null;
} {
  const { held, stopMs, resultBytes } = evidence;
  const ending = {
    stopSeconds: stopMs == null ? null : stopMs / 1000,
    resultMiB: resultBytes === undefined ? null : resultBytes / 2 ** 20,
  };
  if (!held || held.connections < MEASURABLE_CONNECTIONS) return { ...NONE, ...ending };
  const each = (kib: number) => (1024 * Math.max(0, kib)) / held.connections;
  const grown = ({ atRestKiB, heldKiB }: typeof held.server) => each(heldKiB - atRestKiB);
  const [serverBytes, clientBytes] = [grown(held.server), grown(held.clients)];
  const kernelBytes = each(Object.values(held.kernelKiB).reduce((sum, kib) => sum + kib, 0));
  return {
    serverBytes,
    clientBytes,
    kernelBytes,
    connectionBytes: serverBytes + clientBytes + kernelBytes,
    openedPerSecond: computeOpenedPerSecond(client?.series ?? []),
    ...ending,
  };
}

/** Returns the samples from the last one without a connection to the first one with most of them. */
export function selectOpening(series: readonly LoadSample[]): readonly LoadSample[] {
  const most = series.reduce((peak, { open }) => Math.max(peak, open), 0);
  const first = series.findIndex(({ open }) => open > 0);
  const last = series.findIndex(({ open }) => open === most);
  return most === 0 ? [] : series.slice(Math.max(0, first - 1), last + 1);
}

function computeOpenedPerSecond(series: readonly LoadSample[]): number | null {
  const opening = selectOpening(series);
  const [first, last] = [opening[0], opening.at(-1)];
  if (first === undefined || last === undefined || last.atUs <= first.atUs) return null;
  return (1e6 * (last.open - first.open)) / (last.atUs - first.atUs);
}
