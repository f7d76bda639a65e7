import { readdirSync } from "node:fs";
import { join } from "node:path";

/** Returns the name of one app's files in a cell's folder: `client.csv`, or `client-3.csv` where there are several. */
export function numbered(app: "client" | "server", replica: number, replicas: number): string {
  return replicas === 1 ? app : `${app}-${replica}`;
}

/** Returns the number of the server that a client of a cell is sent to; both count from 1. */
export function serverOf(client: number, servers: number): number {
  return ((client - 1) % servers) + 1;
}

/** Lists the CSV files of all clients, or of all servers, of a cell, by their numbers. */
export function csvFiles(folder: string, app: "client" | "server"): string[] {
  const pattern = new RegExp(`^${app}(-\\d+)?\\.csv$`);
  return readdirSync(folder)
    .filter((name) => pattern.test(name))
    .sort((a, b) => a.localeCompare(b, "en", { numeric: true }))
    .map((name) => join(folder, name));
}
