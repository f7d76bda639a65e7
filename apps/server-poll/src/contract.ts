import type { OptionValues } from "@c10k-lab/cli";
import { EVENT_SERVER_OPTIONS, serverContract } from "@c10k-lab/server/contract";

export const contract = serverContract({
  server: "poll",
  describe: "TCP echo server: one thread, poll(2), level-triggered.",
  traits: { startsThreadPerConnection: false, scansDescriptors: true, connectionBytes: 10 * 1024 },
  options: EVENT_SERVER_OPTIONS,
  examples: [
    ["npm run server-poll", "listen on 127.0.0.1:10000"],
    ["npm run server-poll -- --port 0 --stats clients.csv", "any free port, one CSV row per client"],
  ],
});

export type PollOptions = OptionValues<typeof contract.options>;
