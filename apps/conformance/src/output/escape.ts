const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

/** Escapes markup for XML and HTML, and replaces the control characters that XML 1.0 does not allow. */
export function escapeXml(text: string): string {
  const printable = [...text].map((char) => (isAllowed(char) ? char : "\ufffd")).join("");
  return printable.replace(/[&<>"]/g, (char) => ENTITIES[char] ?? "");
}

function isAllowed(char: string): boolean {
  const code = char.codePointAt(0) ?? 0;
  return code >= 0x20 ? code < 0xd800 || code > 0xdfff : char === "\n" || char === "\t";
}
