// Runs an app until its first line or its end, so that Node's compile cache holds the modules of both threads and those
// loaded on demand. `--help` would load a third of them.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const stats = join(mkdtempSync(join(tmpdir(), "warm-up-")), "rows.csv");
// A server listens on a free port and gets SIGTERM; a client finds no server at port 9 and ends.
const app = spawn(process.execPath, process.argv.slice(2), {
  stdio: ["ignore", "pipe", "inherit"],
  env: {
    ...process.env,
    ...{ ECHO_PORT: "0", ECHO_METRICS_PORT: "0", ECHO_STATS: stats },
    ...{ LOAD_PORT: "9", LOAD_STATS: stats },
  },
});
// A signal would end a client that is about to exit before Node has written its cache.
app.stdout.once("data", (data) => String(data).includes('"listening"') && app.kill("SIGTERM"));
const [, signal] = await once(app, "close");
if (signal !== null) throw new Error(`${signal} ended the app: its compile cache is not written`);
