/**
 * Writes the C header of the ledger's row, which native/connection-thread.c includes. The build runs it before the
 * compiler, so C and TypeScript cannot number a field, a state or a close reason differently.
 *
 *     node bin/write-ledger-row.ts build/ledger-row.h
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { CLOSE_REASONS } from "@c10k-lab/protocol/names";
import { FIELD, FIELDS_PER_ROW, ROW_CLOSED } from "@c10k-lab/stats/ledger";

/** Converts `closedUs` or `client-closed` to a C constant: `CLOSED_US`, `CLIENT_CLOSED`. */
function toConstant(name: string): string {
  return name
    .replace(/([A-Z])/g, "_$1")
    .replaceAll("-", "_")
    .toUpperCase();
}

function writeEnum(prefix: string, values: Record<string, number>): string {
  const constants = Object.entries(values).map(
    ([name, value]) => `  ${prefix}_${toConstant(name)} = ${value},`,
  );
  return ["enum {", ...constants, "};"].join("\n");
}

const header = `/* Written by bin/write-ledger-row.ts from the ledger of packages/stats. */
${writeEnum("FIELD", FIELD)}
enum { FIELDS_PER_ROW = ${FIELDS_PER_ROW}, ROW_CLOSED = ${ROW_CLOSED} };
${writeEnum("CLOSE", Object.fromEntries(CLOSE_REASONS.map((reason, code) => [reason, code])))}
`;

const [path = ""] = process.argv.slice(2);
mkdirSync(dirname(path), { recursive: true });
writeFileSync(path, header);
