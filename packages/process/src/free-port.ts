import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { readOr } from "./proc/read-or.ts";

const LOWEST = 10_000;
const DEFAULT_CLIENTS_FROM = 32_768;
const TRIES = 100;

/**
 * Returns a port that no server has. It lies below the ports that the kernel gives to clients, because a client of another
 * variant could take it before the server does.
 */
export async function findFreePort(): Promise<number> {
  const end = Math.max(LOWEST + TRIES, firstClientPort());
  for (let tries = 0; tries < TRIES; tries++) {
    const port = LOWEST + Math.floor(Math.random() * (end - LOWEST));
    if (await isFree(port)) return port;
  }
  throw new Error(`no free port between ${LOWEST} and ${end}`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await once(server.listen(port, "0.0.0.0"), "listening");
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}

function firstClientPort(): number {
  return readOr(DEFAULT_CLIENTS_FROM, () =>
    Number(readFileSync("/proc/sys/net/ipv4/ip_local_port_range", "utf8").split(/\s+/)[0]),
  );
}
