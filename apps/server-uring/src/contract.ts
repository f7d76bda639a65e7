import { choice, integer, type OptionValues } from "@c10k-lab/cli";
import { serverContract } from "@c10k-lab/server/contract";

export const contract = serverContract({
  server: "uring",
  describe: "TCP echo server: one thread, io_uring(7), completions instead of readiness.",
  traits: { startsThreadPerConnection: false, scansDescriptors: false, connectionBytes: 10 * 1024 },
  options: {
    ring: choice(["deferred", "plain"], {
      describe:
        "deferred: SINGLE_ISSUER, DEFER_TASKRUN and multishot receive where the kernel has them; plain: as Linux 5.19",
      default: "deferred",
    }),
    entries: integer({
      describe: "operations written before the kernel is entered; rounded up to a power of two",
      default: "2048",
      min: 8,
      max: 32_768,
      noun: "a number of operations",
    }),
    completions: integer({
      describe: "completions that fit into their ring; rounded up to a power of two, at least --entries",
      default: "8192",
      min: 8,
      max: 65_536,
      noun: "a number of completions",
    }),
    buffers: integer({
      describe:
        "receive buffers that all connections share, so many of 2 KiB and of 16 KiB; rounded up to a power of two",
      default: "512",
      min: 1,
      max: 32_768,
      noun: "a number of buffers",
    }),
  },
  examples: [
    ["npm run server-uring", "listen on 127.0.0.1:10000"],
    ["npm run server-uring -- --port 0 --stats clients.csv", "any free port, one CSV row per client"],
    ["npm run server-uring -- --ring plain", "without the ring flags of newer kernels, for comparison"],
  ],
});

export type UringOptions = OptionValues<typeof contract.options>;
