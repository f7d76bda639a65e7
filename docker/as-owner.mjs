// Runs an app's main module as the owner of the results folder.
//
// A bind mount keeps the host's owner, and no image knows who that will be. Started as root, which needs no more than the
// capabilities SETUID and SETGID, the process becomes the owner of /results before it loads anything; started as anybody
// else it stays who it is. It stays process number 1, so signals reach the app itself.
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { limitOpenFiles } from "./open-files.mjs";

const RESULTS = "/results";

if (process.env.NOFILE) limitOpenFiles(process.env.NOFILE);

const owner = process.getuid() === 0 ? statSync(RESULTS, { throwIfNoEntry: false }) : undefined;
if (owner && owner.uid !== 0) {
  process.setgroups([]);
  process.setgid(owner.gid);
  process.setuid(owner.uid);
}

process.argv.splice(1, 1);
const [, main = ""] = process.argv;
await import(pathToFileURL(resolve(main)).href);
