import type { ServerProcess } from "./server-process.ts";

export function monitoringUrl({ listening }: ServerProcess, path: string): string {
  return `http://127.0.0.1:${listening.metricsPort}${path}`;
}

/** The samples of `/metrics` by name, labels included. */
export async function readMetrics(server: ServerProcess): Promise<Record<string, number>> {
  const exposition = await (await fetch(monitoringUrl(server, "/metrics"))).text();
  const lines = exposition.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return Object.fromEntries(lines.map((line) => [line.split(" ")[0], Number(line.split(" ")[1])]));
}

const SYSTEM_CALLS = /^echo_system_calls_total\{call="(\w+)"\}$/;

/** Of those samples, the system calls made so far by call. */
export function systemCalls(samples: Record<string, number>): Record<string, number> {
  const entries = Object.entries(samples).map(([name, value]) => [SYSTEM_CALLS.exec(name)?.[1], value]);
  return Object.fromEntries(entries.filter(([call]) => call !== undefined));
}
