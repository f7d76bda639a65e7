import { integer, type OptionValues } from "@c10k-lab/cli";
import { posix } from "@c10k-lab/posix";
import { EVENT_SERVER_OPTIONS, serverContract } from "@c10k-lab/server/contract";

export const contract = serverContract({
  server: "select",
  describe: "TCP echo server: one thread, select(2), level-triggered.",
  traits: { startsThreadPerConnection: false, scansDescriptors: true, connectionBytes: 10 * 1024 },
  descriptorBound: "fdSetsize",
  options: {
    ...EVENT_SERVER_OPTIONS,
    fdSetsize: integer({
      describe: "bits in an fd_set; a connection with a descriptor number at or above it is closed at once",
      default: String(posix.FD_SETSIZE),
      min: 64,
      max: 1_048_576,
      noun: "a size of an fd_set",
    }),
  },
  examples: [
    ["npm run server-select", "listen on 127.0.0.1:10000, with descriptors below FD_SETSIZE"],
    ["npm run server-select -- --fd-setsize 8192", "raise the C library's limit; the kernel has none"],
  ],
});

export type SelectOptions = OptionValues<typeof contract.options>;
