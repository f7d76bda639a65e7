import type Docker from "dockerode";
import { expect, test } from "vitest";
import { labelsOf, removeLeftovers } from "../../src/engines/docker/labels.ts";

test("B11 a container of a lab whose number another process has by now is removed, that of a lab at work stays", async () => {
  const own = labelsOf("a run");
  const [label = "", identity = ""] = Object.entries(own).find(([name]) => name.endsWith(".lab")) ?? [];
  expect(identity).toMatch(new RegExp(`^${process.pid}\\.\\d+$`));
  const containers = [
    { Id: "at work", Labels: own },
    { Id: "ended", Labels: { ...own, [label]: `${process.pid}.1` } },
  ];
  const removed: string[] = [];
  const docker = {
    listContainers: async () => containers,
    getContainer: (id: string) => ({ remove: async () => removed.push(id) }),
  } as unknown as Docker;
  await removeLeftovers(docker);
  expect(removed).toEqual(["ended"]);
});
