import { bytes, type OptionValues } from "@c10k-lab/cli";
import { serverContract } from "@c10k-lab/server/contract";

export const contract = serverContract({
  server: "threaded",
  describe: "TCP echo server: blocking accept, one OS thread per connection.",
  // MemAvailable fell by 78 KiB a connection from 1,000 to 13,000 idle ones: stack, kernel stack, page tables. Event loops
  // took 4 to 18 KiB.
  traits: { startsThreadPerConnection: true, scansDescriptors: false, connectionBytes: 96 * 1024 },
  options: {
    stackSizeBytes: bytes({
      describe: "stack size of a connection's thread",
      default: "64KiB",
      min: 32 * 1024,
      max: 2 ** 30,
      noun: "a stack size",
    }),
  },
  examples: [
    ["npm run server-threaded", "listen on 127.0.0.1:10000"],
    ["npm run server-threaded -- --stack-size 8MiB", "the default stack size of most systems"],
  ],
});

export type ThreadOptions = OptionValues<typeof contract.options>;
