import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { nameEngine } from "../../src/engines/docker/engine-address.ts";
import { explainBuildFailure } from "../../src/engines/docker/images.ts";
import { findEngine } from "../../src/engines/remote/find-engine.ts";

const folder = mkdtempSync(join(tmpdir(), "c10k-context-"));

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(join(folder, "docker"), { force: true });
});

/** Puts a docker(1) on PATH whose present context has this engine. */
function useContext(host: string): void {
  writeFileSync(join(folder, "docker"), `#!/bin/sh\n[ "$1 $2" = "context inspect" ] && echo "${host}"\n`);
  chmodSync(join(folder, "docker"), 0o755);
  vi.stubEnv("PATH", folder);
  vi.stubEnv("DOCKER_HOST", undefined);
}

test("the server's machine is the host in DOCKER_HOST, or the address that the user names", () => {
  vi.stubEnv("DOCKER_HOST", "tcp://10.0.0.1:2375");
  expect(findEngine(undefined)).toBe("10.0.0.1");
  expect(findEngine("192.168.7.1")).toBe("192.168.7.1");
});

test("without DOCKER_HOST the present context of docker counts", () => {
  useContext("ssh://alpha");
  expect(findEngine(undefined)).toBe("alpha");
  expect(process.env.DOCKER_HOST).toBe("ssh://alpha");
});

test("an engine of this machine is refused, unless the user names an address of it", () => {
  useContext("unix:///var/run/docker.sock");
  expect(() => findEngine(undefined)).toThrow("--engine remote needs the Docker engine of another machine");
  expect(findEngine("10.0.0.1")).toBe("10.0.0.1");
  vi.stubEnv("DOCKER_HOST", undefined);
  vi.stubEnv("PATH", "/nowhere");
  expect(() => findEngine(undefined)).toThrow("unix:///var/run/docker.sock is here");
});

test("an address that is none is refused in one sentence", () => {
  vi.stubEnv("DOCKER_HOST", "::");
  expect(() => findEngine(undefined)).toThrow("DOCKER_HOST is no address of an engine: 'tcp://::'");
});

test("trial 28: the lab's containers run on the engine of docker's present context", () => {
  useContext("unix:///run/user/1000/docker.sock");
  nameEngine();
  expect(process.env.DOCKER_HOST).toBe("unix:///run/user/1000/docker.sock");
  useContext("unix:///run/other.sock");
  vi.stubEnv("DOCKER_HOST", "unix:///run/mine.sock");
  nameEngine();
  expect(process.env.DOCKER_HOST).toBe("unix:///run/mine.sock");
});

test("trial 28: a context that docker does not know is refused with docker's sentence", () => {
  useContext("");
  writeFileSync(join(folder, "docker"), '#!/bin/sh\necho "context \\"alt\\": not found" >&2\nexit 1\n');
  expect(() => nameEngine()).toThrow(/^context "alt": not found$/);
  vi.stubEnv("PATH", "/nowhere");
  nameEngine();
  expect(process.env.DOCKER_HOST).toBeUndefined();
});

test.each([
  [
    "docker: unknown command: docker compose\n\nRun 'docker --help' for more information",
    "1",
    "docker has no Compose plugin: install docker-compose-plugin",
  ],
  ["", "spawn docker ENOENT", "there is no docker in PATH"],
  ["step 1\nno space left on device\n", "17", "no space left on device"],
  ["", "17", "17"],
])("trial 30: a build that ends with %j and %s is explained", (output, code, answer) => {
  expect(explainBuildFailure(output, code)).toBe(answer);
});
