import type { CellResult, LabResults } from "@c10k-lab/protocol";
import { blocks, codeBlock, tableOf, text } from "../markdown.ts";
import { integer } from "../numbers.ts";
import { optionText } from "../option-text.ts";

/** Everything needed to run it again, and to check it. */
export function appendix({ manifest, cells }: LabResults): string {
  const options = Object.entries(manifest.options).map(([name, value]) => [name, optionText(value)]);
  return blocks([
    "## Appendix",
    "### Options",
    options.length === 0 ? "None." : tableOf({ head: ["option", "value"], rows: options }, [0, 1]),
    ...(cells.length === 0 ? [] : ["### Cells in the order they were run", ...cells.map(cellBlock)]),
    ...(cells.length === 0 ? [] : ["### Reconciliation", reconciliation(cells)]),
  ]);
}

function cellBlock(cell: CellResult): string {
  const where =
    cell.processors === null
      ? "not pinned"
      : `server on ${numbers(cell.processors.server)}, client on ${numbers(cell.processors.client)}`;
  return blocks([
    `**${text(cell.id)}**: ${cell.status}; processors: ${where}.`,
    codeBlock([...cell.commands.servers, ...cell.commands.clients].map(oneLine).join("\n")),
  ]);
}

function reconciliation(cells: readonly CellResult[]): string {
  const rows = cells.flatMap((cell) => {
    const books = cell.reconciliation;
    if (books === null) return [[cell.id, "client and server", "not reconciled", ...Array(4).fill("–")]];
    const { client, server } = books;
    const result = books.balanced ? "balanced" : "not balanced";
    return [
      [
        cell.id,
        "client",
        result,
        ...[client.connections, client.messages, client.bytesSent, client.bytesReceived].map(integer),
      ],
      [
        cell.id,
        "server",
        result,
        ...[server.connections, server.requests, server.bytesSent, server.bytesReceived].map(integer),
      ],
    ];
  });
  const head = ["cell", "side", "result", "connections", "messages", "bytes sent", "bytes received"];
  return blocks([
    "What the client sent must be what the server received, and the other way round. The lab's own connection, which " +
      "tries the server before the load, is not in these figures.",
    tableOf({ head, rows }, [0, 1, 2]),
  ]);
}

function numbers(processors: readonly number[]): string {
  return processors.join(", ");
}

function oneLine(command: string): string {
  return command.replace(/\s+/g, " ").trim();
}
