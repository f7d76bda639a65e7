import { stripVTControlCharacters, styleText } from "node:util";

/** Abilities of standard output. */
export interface Screen {
  readonly columns: number;
  /** It shows block characters. */
  readonly hasBars: boolean;
  readonly hasStyles: boolean;
}

/** Columns of a pipe or a log, which have no width of their own. */
const LOG_COLUMNS = 100;

/** Returns what standard output can show. A pipe or a log has no bars, no styles, and wide lines. */
export function readScreen(environment: NodeJS.ProcessEnv = process.env): Screen {
  const { isTTY = false, columns = LOG_COLUMNS } = process.stdout;
  const locale = environment.LC_ALL || environment.LC_CTYPE || environment.LANG || "";
  const isUtf8 = /utf-?8/i.test(locale);
  const hasStyles = isTTY && !environment.NO_COLOR && environment.TERM !== "dumb";
  return { columns: isTTY ? columns : LOG_COLUMNS, hasBars: isTTY && isUtf8, hasStyles };
}

export function bold(line: string, { hasStyles }: Pick<Screen, "hasStyles">): string {
  return hasStyles ? styleText("bold", stripVTControlCharacters(line), { validateStream: false }) : line;
}
