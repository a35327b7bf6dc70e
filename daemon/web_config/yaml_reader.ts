// A YAML document as typed values that know where they stand. Scalars stay text until somebody asks for a number or a
// boolean, as in the Go programs that share the format: `cert_file: 1.0` is the file "1.0".

import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, Parser, parseDocument } from "yaml";
import { ConfigFault, type Position } from "./fault.js";

const MOST_ENTRIES = 1024;
/** The format has four levels. */
const DEEPEST = 16;
/** A collection and its item. */
const TOKENS_A_LEVEL = 2;

/** What YAML 1.1, and so Go's parser, takes for a boolean. */
const TRUE = /^(?:y|yes|true|on)$/i;
const FALSE = /^(?:n|no|false|off)$/i;

interface Source {
  readonly document: Document;
  readonly lines: LineCounter;
}

/** The document's root; undefined if it is empty. Throws ConfigFault. */
export function readYaml(text: string): YamlValue | undefined {
  const lines = new LineCounter();
  const document = parse(text, lines);
  const [error] = [...document.errors, ...document.warnings];
  if (error !== undefined) {
    // The parser's own words may quote the file, and with it a key or a password hash.
    throw new ConfigFault(`no valid YAML: ${error.code.toLowerCase().replaceAll("_", " ")}`, at(lines, error.pos[0]));
  }
  const { contents } = document;
  if (contents === null) return undefined;
  const root = new YamlValue(contents, { document, lines });
  return root.isNull ? undefined : root;
}

function parse(text: string, lines: LineCounter): Document {
  if (nestsTooDeeply(text)) throw new ConfigFault(`nested more than ${DEEPEST} levels deep`);
  // uniqueKeys would compare each key with each other one; YamlValue.map looks instead.
  return parseDocument(text, { schema: "failsafe", prettyErrors: false, uniqueKeys: false, lineCounter: lines });
}

/** Asked of the syntax, where nothing recurses: what makes values of it does, and takes the process down with its stack. */
function nestsTooDeeply(text: string): boolean {
  const open: { readonly token: object; readonly depth: number }[] = [];
  for (const token of new Parser().parse(text)) open.push({ token, depth: 0 });
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { token, depth } = next;
    if (depth > TOKENS_A_LEVEL * DEEPEST) return true;
    for (const child of children(token)) open.push({ token: child, depth: depth + 1 });
  }
  return false;
}

function children(token: object): object[] {
  const { key, value, items } = { key: undefined, value: undefined, items: undefined, ...token };
  const all: unknown[] = [key, value, ...(Array.isArray(items) ? items : [])];
  return all.filter((child) => typeof child === "object" && child !== null);
}

function at(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}

/** One map, list or scalar. Every reading throws ConfigFault if the value is of another kind. */
export class YamlValue {
  readonly #node: Node;
  readonly #source: Source;
  readonly position: Position;

  constructor(node: Node, source: Source) {
    this.position = at(source.lines, node.range?.[0] ?? 0);
    this.#node = resolved(node, source, this.position);
    this.#source = source;
  }

  /** An empty value or ~, which is as good as none. */
  get isNull(): boolean {
    return isScalar(this.#node) && this.#node.type === "PLAIN" && /^(?:|~|null|Null|NULL)$/.test(textOf(this.#node));
  }

  fault(problem: string): ConfigFault {
    return new ConfigFault(problem, this.position);
  }

  /** In the order of the file, those without a value too. */
  keys(): readonly string[] {
    return this.#entries().map(({ name }) => name.string());
  }

  /** Those without a value are left out. */
  map(): ReadonlyMap<string, YamlValue> {
    return new Map(this.#entries().flatMap(({ name, value }) => (value === undefined ? [] : [[name.string(), value]])));
  }

  /** The same, of keys that are all known. */
  fields<Key extends string>(known: readonly Key[]): Partial<Record<Key, YamlValue>> {
    const fields: Partial<Record<Key, YamlValue>> = {};
    for (const { name, value } of this.#entries()) {
      const key = known.find((word) => word === name.string());
      if (key === undefined) {
        throw name.fault(`unknown key ${shown(name.string())}; known here are ${known.join(", ")}`);
      }
      if (value !== undefined) fields[key] = value;
    }
    return fields;
  }

  list(): readonly YamlValue[] {
    if (!isSeq(this.#node)) throw this.fault(`a list is wanted here, not ${this.#kind}`);
    if (this.#node.items.length > MOST_ENTRIES) throw this.fault(`more than ${MOST_ENTRIES} entries`);
    return this.#node.items.map((item) => this.#value(item));
  }

  string(): string {
    if (!isScalar(this.#node)) throw this.fault(`a string is wanted here, not ${this.#kind}`);
    return textOf(this.#node);
  }

  boolean(): boolean {
    const text = this.#plain("true or false");
    if (TRUE.test(text)) return true;
    if (FALSE.test(text)) return false;
    throw this.fault("neither true nor false");
  }

  /** A whole number from `min` on. */
  integer(min: number): number {
    const text = this.#plain("a whole number");
    const number = /^[+-]?\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (number >= min) return number;
    throw this.fault(`no whole number from ${min} to 999999999`);
  }

  #plain(wanted: string): string {
    if (isScalar(this.#node) && this.#node.type === "PLAIN") return textOf(this.#node);
    throw this.fault(`${wanted} is wanted here, not ${isScalar(this.#node) ? "a quoted string" : this.#kind}`);
  }

  #entries(): { readonly name: YamlValue; readonly value: YamlValue | undefined }[] {
    if (!isMap(this.#node)) throw this.fault(`a map is wanted here, not ${this.#kind}`);
    if (this.#node.items.length > MOST_ENTRIES) throw this.fault(`more than ${MOST_ENTRIES} entries`);
    const seen = new Set<string>();
    return this.#node.items.map(({ key, value }) => {
      const name = this.#value(key);
      const text = name.string();
      if (seen.has(text)) throw name.fault(`key ${shown(text)} is given twice`);
      seen.add(text);
      const content = value === null ? undefined : this.#value(value);
      return { name, value: content?.isNull ? undefined : content };
    });
  }

  get #kind(): string {
    if (isMap(this.#node)) return "a map";
    return isSeq(this.#node) ? "a list" : "a single value";
  }

  #value(node: unknown): YamlValue {
    if (isMap(node) || isSeq(node) || isScalar(node) || isAlias(node)) return new YamlValue(node, this.#source);
    throw this.fault("a key or an entry without a value");
  }
}

/** An alias stands for the node it names; one that names none never gets here. */
function resolved(node: Node, { document }: Source, position: Position): Node {
  if (!isAlias(node)) return node;
  const target = node.resolve(document);
  if (target === undefined) throw new ConfigFault("an alias without its anchor", position);
  return target;
}

function textOf(node: Node): string {
  return isScalar(node) ? String(node.value ?? "") : "";
}

/** A name from the file, short and in one line. */
export function shown(text: string): string {
  const short = [...text].length > 60 ? `${[...text].slice(0, 60).join("")}…` : text;
  return JSON.stringify(short).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "\ufffd");
}
