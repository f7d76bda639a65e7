import type Docker from "dockerode";
import { expect, test } from "vitest";
import { labelsOf, removeLeftovers } from "../../src/engines/docker/labels.ts";

test("B11 a container of a lab whose number another process has by now is removed, those of a lab at work and of other machines stay", async () => {
  const own = labelsOf("a run");
  const [label = "", identity = ""] = Object.entries(own).find(([name]) => name.endsWith(".lab")) ?? [];
  expect(identity).toMatch(new RegExp(`^${process.pid}\\.\\d+$`));
  const [host = "", boot = ""] = ["c10k-lab.host", "c10k-lab.boot"].filter((name) => name in own);
  const containers = [
    { Id: "at work", Labels: own },
    { Id: "ended", Labels: { ...own, [label]: `${process.pid}.1` } },
    { Id: "before a restart", Labels: { ...own, [boot]: "another" } },
    { Id: "elsewhere", Labels: { ...own, [label]: `${process.pid}.1`, [host]: "another machine" } },
  ];
  const removed: string[] = [];
  const docker = {
    listContainers: async () => containers,
    getContainer: (id: string) => ({ remove: async () => removed.push(id) }),
  } as unknown as Docker;
  await removeLeftovers(docker);
  expect(removed).toEqual(["ended", "before a restart"]);
});
