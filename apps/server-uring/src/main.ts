import { runServer } from "@c10k-lab/server";
import { contract } from "./contract.ts";

await runServer(contract, {
  blocksInAccept: false,
  dataPlane: new URL("./data-plane.ts", import.meta.url),
});
