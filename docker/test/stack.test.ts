import { expect, test } from "vitest";
import { readServices, stackOf } from "../../tools/stack-file.ts";
import { describeContainers } from "./harness/engine.ts";
import { type ServiceName, service } from "./harness/services.ts";

const NAMES: readonly ServiceName[] = ["server-epoll", "client"];

interface StackService {
  readonly [key: string]: unknown;
  readonly deploy: { readonly resources: { readonly limits: object } };
}

describeContainers("the stack file", () => {
  test.each(NAMES)("%s has the image, variables, user, capabilities and limits of compose.yaml", (name) => {
    const { services } = stackOf(readServices(NAMES)) as { services: Record<string, StackService> };
    const stacked = services[name];
    const { image, environment, user, read_only, cap_add, cap_drop, mem_limit, pids_limit } = service(name);
    expect(Object.keys(services)).toEqual(NAMES);
    expect(stacked).toMatchObject({ image, environment, user, read_only, cap_add, cap_drop });
    expect(stacked?.deploy.resources.limits).toEqual({ memory: mem_limit, pids: pids_limit });
    expect(stacked).toMatchObject({ networks: ["host"], volumes: ["results:/results"] });
  });

  test("a service that compose.yaml does not have is named", () => {
    expect(() => readServices(["server-nonsense"])).toThrow("server-nonsense");
  });
});
