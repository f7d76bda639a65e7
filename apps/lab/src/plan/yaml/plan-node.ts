import { type Given, readAt, UsageError } from "@c10k-lab/cli";
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
} from "yaml";

/** The YAML document and the name of its file, for places. */
interface Source {
  readonly document: Document;
  readonly lines: LineCounter;
  readonly file: string;
}

const MERGE_KEY = "<<";

/** Tags that change nothing in values which are taken as they are written. */
const TAGS = /^tag:yaml\.org,2002:(str|int|float|bool|null|map|seq)$/;

/** Sentences for errors whose own are for programmers. */
const SENTENCES: Readonly<Record<string, string>> = {
  MULTIPLE_DOCS: "a plan is one document, and here a second one begins",
  RESOURCE_EXHAUSTION: "lists and maps are nested too deeply",
};

/** Values by their keys; a key that is not given is missing. */
export type Keys<K extends string> = Partial<Record<K, PlanNode>>;

/** A value in a plan's YAML file with its place. Scalars are taken as they are written: `1.10` is the text "1.10". */
export class PlanNode {
  readonly #source: Source;
  readonly #node: Node | null;
  /** Keys from the top of the file, with dots between. */
  readonly #path: string;
  /** Offset of the value, or of its key where there is no value. */
  readonly #offset: number;

  private constructor(source: Source, node: unknown, path: string, offset: number) {
    const target = isAlias(node) ? node.resolve(source.document) : node;
    this.#source = source;
    this.#node = (target ?? null) as Node | null;
    this.#path = path;
    this.#offset = isEmpty(this.#node) ? offset : (this.#node?.range?.[0] ?? offset);
  }

  /** @throws UsageError with the place of the first mistake in the syntax */
  static parse(text: string, file: string): PlanNode {
    const lines = new LineCounter();
    const document = parseDocument(text, { merge: true, lineCounter: lines, prettyErrors: false });
    const source = { document, lines, file };
    const root = new PlanNode(source, document.contents, "", 0);
    const mistake = findMistake(document);
    if (mistake) throw new UsageError(`${root.#placeAt(mistake.offset)}: ${mistake.sentence}`);
    return root;
  }

  /** File, line, column and keys, for messages: `mine.yaml:12:7: groups.corrected.load.duration`. */
  get place(): string {
    return this.#placeAt(this.#offset, this.#path);
  }

  /** @throws UsageError with this place */
  fail(sentence: string): never {
    throw new UsageError(`${this.place}: ${sentence}`);
  }

  /** Returns the place of a key that is missing here. */
  missing(key: string): PlanNode {
    return new PlanNode(this.#source, null, this.#join(key), this.#offset);
  }

  /** Returns the values of these keys. @throws UsageError when there is another key */
  keys<K extends string>(known: readonly K[], isKnown = (_key: string) => false): Keys<K> {
    const entries = this.entries();
    const stray = entries.find(([key]) => !known.some((name) => name === key) && !isKnown(key));
    stray?.[1].fail(`this key is not known here; known are ${known.join(", ")}`);
    return Object.fromEntries(entries) as Keys<K>;
  }

  /** Returns the keys of a map and their values; those merged with `<<` come first. */
  entries(): [string, PlanNode][] {
    return [...this.#collect([])];
  }

  /** Returns the items of a list. */
  items(): PlanNode[] {
    const node = this.#node;
    if (!isSeq(node)) return this.fail("a list is needed, such as [10, 100]");
    return node.items.map((item) => new PlanNode(this.#source, item, this.#path, this.#offset));
  }

  /** Returns the items of a list, or one scalar. */
  givenAll(): Given[] {
    return isSeq(this.#node) ? this.items().map((item) => item.given()) : [this.given()];
  }

  get isMap(): boolean {
    return isMap(this.#node);
  }

  /** Returns the text of a scalar. */
  given(): Given {
    const node = this.#node;
    if (node !== null && !isScalar(node)) return this.fail("one value is needed, not a list or a map");
    const text = node?.source ?? "";
    return text === "" ? this.fail("a value is missing") : { text, place: this.place };
  }

  /** Reads a scalar as an option of a command line is read. */
  read<T>(row: { parse(text: string): T }): T {
    const { text, place } = this.given();
    return readAt(place, () => row.parse(text));
  }

  /** Returns the options of a map, as they are written. */
  options(): Record<string, Given> {
    return Object.fromEntries(this.entries().map(([key, value]) => [key, value.given()]));
  }

  /**
   * @param merging maps that are being merged, so that a map merged into itself comes to an end
   * @param merged entries of maps that were merged: ten levels of ten merges are ten maps, not ten thousand million
   */
  #collect(merging: readonly Node[], merged = new Map<Node, Map<string, PlanNode>>()): Map<string, PlanNode> {
    const node = this.#node;
    if (isEmpty(node)) return new Map();
    if (!isMap(node)) return this.fail("keys with values are needed here");
    if (merging.includes(node)) return this.fail("an anchor is merged into itself");
    const known = merged.get(node);
    if (known) return known;
    const own = node.items.map((pair) => this.#readPair(pair));
    const maps = own.flatMap(({ isMerge, value }) => (isMerge ? value.#listMerged() : []));
    const entries = maps.flatMap((map) => [...map.#collect([...merging, node], merged)]);
    for (const { name, isMerge, value } of own) if (!isMerge) entries.push([name, value]);
    const found = new Map(entries);
    merged.set(node, found);
    return found;
  }

  /** Returns the maps of a merge key. The first of several counts, so it comes last: https://yaml.org/type/merge.html */
  #listMerged(): PlanNode[] {
    return isSeq(this.#node) ? this.items().toReversed() : [this];
  }

  #readPair({ key, value }: Pair) {
    if (!isScalar(key)) return this.fail("a key is one word");
    const name = key.source ?? "";
    const isMerge = key.type === "PLAIN" && name === MERGE_KEY;
    const path = isMerge ? this.#path : this.#join(name);
    return { name, isMerge, value: new PlanNode(this.#source, value, path, key.range?.[0] ?? 0) };
  }

  #join(key: string): string {
    return this.#path === "" ? key : `${this.#path}.${key}`;
  }

  #placeAt(offset: number, path = ""): string {
    const { line, col } = this.#source.lines.linePos(offset);
    const position = `${this.#source.file}:${Math.max(1, line)}:${Math.max(1, col)}`;
    return path === "" ? position : `${position}: ${path}`;
  }
}

interface Mistake {
  readonly offset: number;
  readonly sentence: string;
}

/** Returns the first mistake of a document: in its syntax, or a part that would be passed over in silence. */
function findMistake(document: Document): Mistake | null {
  const [error] = document.errors;
  if (error) {
    return { offset: error.pos[0], sentence: SENTENCES[error.code] ?? error.message.replace(/\s+/g, " ") };
  }
  const mistakes: Mistake[] = [];
  visit(document, {
    Node(_key, node) {
      const sentence = refuseNode(node, document);
      if (sentence !== null) mistakes.push({ offset: node.range?.[0] ?? 0, sentence });
      return sentence === null ? undefined : visit.BREAK;
    },
  });
  return mistakes[0] ?? null;
}

function refuseNode(node: Node, document: Document): string | null {
  if (isAlias(node)) {
    return node.resolve(document) ? null : `no value above has the anchor '&${node.source}'`;
  }
  if (node.tag !== undefined && !TAGS.test(node.tag)) {
    return `a plan has no values with the tag ${node.tag}`;
  }
  // Neither a word of a command line nor a file's name can hold it.
  return isScalar(node) && node.source?.includes("\0") ? "a plan cannot hold the character NUL" : null;
}

function isEmpty(node: Node | null): boolean {
  return node === null || (isScalar(node) && node.value === null);
}
