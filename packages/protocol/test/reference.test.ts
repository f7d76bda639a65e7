import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import {
  CAPACITY_SIGNALS,
  CELL_STATUSES,
  CLIENT_COLUMNS,
  CLOSE_REASONS,
  COMPARED_QUANTITIES,
  DOUBT_REASONS,
  JUDGEMENTS,
  OUTCOMES,
  RUN_OUTCOMES,
  SEARCH_ENDS,
  SERVER_COLUMNS,
} from "../src/index.ts";

const DOCS = new URL("../../../docs/", import.meta.url);

const reference = readdirSync(DOCS, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".md") && !path.startsWith("report/"))
  .map((path) => readFileSync(new URL(path, DOCS), "utf8"))
  .join("\n");

test.each([
  ["close reason", CLOSE_REASONS],
  ["outcome", OUTCOMES],
  ["status of a cell", CELL_STATUSES],
  ["outcome of a run", RUN_OUTCOMES],
  ["reason of a verdict", DOUBT_REASONS],
  ["signal of a capacity", CAPACITY_SIGNALS],
  ["end of a search", SEARCH_ENDS],
  ["quantity of a comparison", COMPARED_QUANTITIES],
  ["judgement of a comparison", JUDGEMENTS],
  ["column of the server's file", SERVER_COLUMNS],
  ["column of the client's file", CLIENT_COLUMNS],
])("every %s is explained in docs/", (_, names) => {
  expect(names.filter((name) => !reference.includes(`\`${name}\``))).toEqual([]);
});
