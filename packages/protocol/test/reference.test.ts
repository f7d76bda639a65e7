import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { CELL_STATUSES, CLIENT_COLUMNS, CLOSE_REASONS, OUTCOMES, SERVER_COLUMNS } from "../src/index.ts";

const reference = readFileSync(new URL("../../../docs/REFERENCE.md", import.meta.url), "utf8");

test.each([
  ["close reason", CLOSE_REASONS],
  ["outcome", OUTCOMES],
  ["status of a cell", CELL_STATUSES],
  ["column of the server's file", SERVER_COLUMNS],
  ["column of the client's file", CLIENT_COLUMNS],
])("every %s is in docs/REFERENCE.md", (_, names) => {
  expect(names.filter((name) => !reference.includes(`\`${name}\``))).toEqual([]);
});
