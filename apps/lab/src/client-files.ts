import { readdirSync } from "node:fs";
import { join } from "node:path";

/** Name of one client's files in a cell's folder: `client.csv`, or `client-3.csv` where there are several. */
export function clientName(replica: number, replicas: number): string {
  return replicas === 1 ? "client" : `client-${replica}`;
}

/** The CSV files of all clients of a cell. */
export function clientCsvFiles(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => /^client(-\d+)?\.csv$/.test(name))
    .sort((a, b) => a.localeCompare(b, "en", { numeric: true }))
    .map((name) => join(folder, name));
}
