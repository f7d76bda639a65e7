import { environmentVariable, excludes, kebab, type OptionTable } from "@c10k-lab/cli";
import { SERVER_OPTIONS } from "@c10k-lab/server/contract";
import { program } from "../commands/program.ts";
import { CLIENT, CONTRACTS } from "../plan/contracts.ts";
import { markdownTable } from "./markdown-table.ts";

const NOTE =
  "<!-- Written by `npm run docs` from the contracts of the apps: change those, not this page. -->";

/** Returns the generated pages of docs/reference/, by the names of their files. */
export function referencePages(): ReadonlyMap<string, string> {
  return new Map([
    ["servers.md", page(serverSections())],
    [
      "client.md",
      page(["# Options of the client", CLIENT.describe, optionTable(CLIENT.options, CLIENT.envPrefix)]),
    ],
    ["lab.md", page(labSections())],
  ]);
}

function page(sections: readonly string[]): string {
  return `${[NOTE, ...sections].join("\n\n")}\n`;
}

function serverSections(): string[] {
  const own = CONTRACTS.flatMap(({ name, describe, options, envPrefix }) => [
    `## ${name}`,
    describe,
    optionTable(
      Object.fromEntries(Object.entries(options).filter(([option]) => !(option in SERVER_OPTIONS))),
      envPrefix,
    ),
  ]);
  return [
    "# Options of the servers",
    "`npm run server-epoll -- --help` and its siblings print the same.",
    "## Every server",
    optionTable(SERVER_OPTIONS, CONTRACTS[0]?.envPrefix ?? null),
    ...own,
    "## Traits",
    "A check or a chart that depends on the architecture asks for these, never for a name.",
    traitTable(),
  ];
}

function traitTable(): string {
  const rows = CONTRACTS.map(({ server, traits }) => [
    `\`${server}\``,
    traits.startsThreadPerConnection ? "yes" : "no",
    traits.scansDescriptors ? "yes" : "no",
    `${traits.connectionBytes / 1024} KiB`,
  ]);
  return markdownTable(
    ["server", "a thread for each connection", "each wait scans all descriptors", "memory of a connection"],
    rows,
  );
}

function labSections(): string[] {
  const sections = program.commands.flatMap(({ usage, describe, arguments: words, options }) => [
    `## \`lab ${usage}\``,
    `${describe.charAt(0).toUpperCase()}${describe.slice(1)}.`,
    ...(words.length === 0 ? [] : [words.map((word) => `- \`${word.name}\`: ${word.describe}`).join("\n")]),
    optionTable(options, null),
  ]);
  return ["# Commands and options of the lab", program.describe, ...sections];
}

/** @param envPrefix null for a program that reads no environment variables */
function optionTable(options: OptionTable, envPrefix: string | null): string {
  const names = Object.keys(options);
  if (names.length === 0) return "No options of its own.";
  const excluded = new Map(
    names.map((name) => [name, names.filter((other) => excludes(options, name, other))]),
  );
  const hasExclusions = [...excluded.values()].some((others) => others.length > 0);
  const columns = [
    { head: "option", cell: dashed },
    ...(envPrefix === null
      ? []
      : [{ head: "environment", cell: (name: string) => `\`${environmentVariable(envPrefix, name)}\`` }]),
    { head: "default", cell: (name: string) => defaultOf(options, name) },
    { head: "meaning", cell: (name: string) => options[name]?.describe ?? "" },
    ...(hasExclusions
      ? [{ head: "not with", cell: (name: string) => excluded.get(name)?.map(dashed).join(", ") ?? "" }]
      : []),
  ];
  return markdownTable(
    columns.map(({ head }) => head),
    names.map((name) => columns.map(({ cell }) => cell(name))),
  );
}

function dashed(name: string): string {
  return `\`--${kebab(name)}\``;
}

function defaultOf(options: OptionTable, name: string): string {
  const row = options[name];
  if (row?.isFlag) return "off";
  return row?.default === undefined ? "" : `\`${row.default}\``;
}
