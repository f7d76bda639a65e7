import { runServer } from "@c10k-lab/server";
import { THREAD_OPTIONS } from "./options.ts";

await runServer({
  name: "threaded",
  describe: "TCP echo server: blocking accept, one OS thread per connection.",
  blocksInAccept: true,
  dataPlane: new URL("./data-plane.ts", import.meta.url),
  options: THREAD_OPTIONS,
  examples: [
    ["npm run server-threaded", "listen on 127.0.0.1:10000"],
    ["npm run server-threaded -- --stack-size 8MiB", "the stack most systems give a thread"],
  ],
});
