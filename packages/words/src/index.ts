/** Facts to English: numbers, units, sentences. */

export {
  about,
  figure,
  integer,
  listed,
  MISSING,
  percent,
  plural,
  ratio,
  scientific,
  signed,
  theServers,
} from "./numbers.ts";
