import { bytes } from "@c10k-lab/cli";
import { runServer } from "@c10k-lab/server";
import { Acceptor } from "./acceptor.ts";

await runServer(import.meta.filename, {
  name: "threaded",
  describe: "TCP echo server: blocking accept, one OS thread per connection.",
  blocksInAccept: true,
  options: {
    stackSizeBytes: bytes({
      describe: "stack of a connection's thread",
      default: "64KiB",
      min: 32 * 1024,
      max: 2 ** 30,
      noun: "a stack size",
    }),
  },
  examples: [
    ["npm run server-threaded", "listen on 127.0.0.1:10000"],
    ["npm run server-threaded -- --stack-size 8MiB", "the stack most systems give a thread"],
  ],
  serve: (plane) => new Acceptor(plane, plane.options.stackSizeBytes).run(),
});
