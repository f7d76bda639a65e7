import { readdirSync } from "node:fs";
import { join } from "node:path";
import { choices, integer, type Program } from "@c10k-lab/cli";

/** Names of the servers of this checkout: those of the folders apps/server-NAME. */
export const SERVERS = readdirSync(join(import.meta.dirname, "../..")).flatMap(
  (folder) => /^server-(.+)$/.exec(folder)?.[1] ?? [],
);

const OPTIONS = {
  minutes: integer({
    describe: "time of all servers together, minutes",
    default: "3",
    min: 1,
    max: 100_000,
    noun: "a number of minutes",
  }),
  servers: choices(SERVERS, {
    describe: "servers, separated by commas",
    default: SERVERS.join(","),
  }),
};

export const PROGRAM = {
  name: "soak",
  describe: "Runs honest and hostile clients against servers, and finds what grows.",
  envPrefix: "SOAK",
  options: OPTIONS,
  examples: [
    ["npm run soak -- --minutes 3", "all servers, three minutes together"],
    ["npm run soak -- --servers epoll --minutes 480", "one server, eight hours"],
  ],
} satisfies Program<typeof OPTIONS>;
