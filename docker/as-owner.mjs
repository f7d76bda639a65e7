// Runs an app's main module as the owner of the results folder.
//
// A bind mount keeps the owner of the host's folder, whom no image knows. Started as root with the capabilities SETUID
// and SETGID, the process becomes the owner of /results before it loads the app; started as another user it keeps that
// user. It stays process 1, so signals reach the app itself.
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
const [, main = "", ...words] = process.argv;
if (process.env.HAND_OVER) {
  // Loaded only where it is needed: it would cost every other start.
  const { runAndHandOver } = await import("./hand-over.mjs");
  await runAndHandOver(RESULTS, [main, ...words]);
} else {
  await import(pathToFileURL(resolve(main)).href);
}
