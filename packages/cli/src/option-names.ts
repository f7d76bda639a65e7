/**
 * Converts an option's name in a table to its name on a command line: `idleTimeoutMs` is `--idle-timeout`. In code the
 * name carries the unit; on a command line and in YAML the value does.
 */
export function kebab(name: string): string {
  return name.replace(/(Ms|Bytes|Percent)$/, "").replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** Converts an option's name in a table to its environment variable: `ECHO_IDLE_TIMEOUT`. */
export function environmentVariable(prefix: string, name: string): string {
  return `${prefix}_${kebab(name).replaceAll("-", "_").toUpperCase()}`;
}
