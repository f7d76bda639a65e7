import { mkdtempSync, readdirSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { identityOf } from "../../src/engines/docker/labels.ts";
import { SshTunnel, wordsOf } from "../../src/engines/docker/ssh-tunnel.ts";

/** Start of a process that never was: process 1 started with the machine. */
const NEVER = "1.999999999999";

test("a tunnel removes the folders that killed labs have left, and its own when it is closed", () => {
  const folders = () => readdirSync(tmpdir()).filter((name) => name.startsWith("c10k-ssh-"));
  const makeFolder = (lab: string) => basename(mkdtempSync(join(tmpdir(), `c10k-ssh-${lab}-`)));
  const left = makeFolder(NEVER);
  const running = makeFolder(identityOf(process.ppid));
  const tunnel = new SshTunnel("ssh://alpha");
  const own = basename(join(tunnel.path, ".."));
  expect(folders()).toEqual(expect.arrayContaining([running, own]));
  expect(folders()).not.toContain(left);
  tunnel.close();
  expect(folders()).not.toContain(own);
  rmdirSync(join(tmpdir(), running));
});

test("user and port of an ssh:// address are options of ssh, and a host that looks like an option is none", () => {
  const last = (address: string, count: number) => wordsOf(new URL(address)).slice(-count);
  const remote = ["docker", "system", "dial-stdio"];
  expect(last("ssh://alpha", 5)).toEqual(["--", "alpha", ...remote]);
  expect(wordsOf(new URL("ssh://alpha"))).not.toContain("-l");
  expect(last("ssh://ann@alpha:2222", 9)).toEqual(["-l", "ann", "-p", "2222", "--", "alpha", ...remote]);
  expect(last("ssh://-oProxyCommand=x", 5)).toEqual(["--", "-oProxyCommand=x", ...remote]);
});
