import { choices, integer, type Program } from "@c10k-lab/cli";
import { SERVERS } from "@c10k-lab/protocol";

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
