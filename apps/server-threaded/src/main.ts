import { runServer } from "@c10k-lab/server";
import { contract } from "./contract.ts";

await runServer(contract, {
  blocksInAccept: true,
  dataPlane: new URL("./data-plane.ts", import.meta.url),
});
