// Reads the contract with the kernel's side (bpf/) and makes of it what TypeScript knows of it.

import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

/**
 * @typedef {object} Contract
 * @property {string} header bpf/tablesnoop_abi.h
 * @property {string} kinds bpf/kinds.def
 * @property {readonly string[]} events bpf/kinds/WORD/event.h
 */

/**
 * @param {string} root
 * @returns {Contract}
 */
export function readContract(root) {
  const read = (/** @type {string} */ file) => readFileSync(path.join(root, "bpf", file), "utf8");
  const folders = readdirSync(path.join(root, "bpf/kinds")).sort();
  return {
    header: read("tablesnoop_abi.h"),
    kinds: read("kinds.def"),
    events: folders.map((folder) => read(`kinds/${folder}/event.h`)),
  };
}

/**
 * Numbers by name, from #define and enums; families by number.
 * @param {Contract} contract
 */
export function renderAbi({ header, kinds, events }) {
  /** @type {Map<string, number>} */
  const numbers = new Map();
  /** @type {string[]} */
  const families = [];
  for (const source of [header, ...events]) {
    const text = expandKinds(source.replace(/\/\*[\s\S]*?\*\//g, ""), readKinds(kinds));
    for (const [, define, defined = "", members = ""] of text.matchAll(
      /^#define (TS_\w+) (.+)$|^enum \w+ \{([^}]*)\}/gm,
    )) {
      if (define !== undefined) numbers.set(define, evaluate(define, defined, numbers));
      for (const [, name = "", value = ""] of members.matchAll(/(\w+) = ([^,]+)/g)) {
        numbers.set(name, evaluate(name, value, numbers));
      }
    }
    const [, list = ""] = /^enum ts_family \{([^}]*)\}/m.exec(text) ?? [];
    for (const [, word = ""] of list.matchAll(/TS_(IP\w+) = /g)) families.push(word.toLowerCase());
  }
  for (const [at, word] of families.entries()) {
    const number = numbers.get(`TS_${word.toUpperCase()}`);
    if (number !== at) throw new Error(`read ts_family: ${word} is ${number}, not ${at}`);
  }
  return `// Made from bpf/tablesnoop_abi.h and bpf/kinds/ by \`npm run generate\`; do not edit.

/** By number. */
export const FAMILIES = [${families.map((word) => JSON.stringify(word)).join(", ")}] as const;

/** Every number of the contract. */
export const ABI = {
${[...numbers].map(([name, value]) => `  ${name}: ${value},`).join("\n")}
} as const;
`;
}

/**
 * The list of kinds, each with a folder in daemon/kinds/.
 * @param {Contract} contract
 */
export function renderKinds({ kinds }) {
  const folders = readKinds(kinds);
  const name = (/** @type {string} */ folder) => folder.replace(/_(.)/g, (_, first) => first.toUpperCase());
  const type = (/** @type {string} */ folder) => `${name(folder).replace(/^./, (first) => first.toUpperCase())}Line`;
  const word = (/** @type {string} */ folder) => JSON.stringify(folder.replaceAll("_", "-"));
  /** In the order that lint asks for: by path. */
  const imports = [
    { from: "./kind.js", what: "type { Kind }" },
    ...folders.map((folder) => ({
      from: `./${folder}/kind.js`,
      what: `{ type Line as ${type(folder)}, kind as ${name(folder)} }`,
    })),
  ].sort((one, other) => (one.from < other.from ? -1 : 1));
  return `// Made from bpf/kinds.def by \`npm run generate\`; do not edit.

${imports.map(({ from, what }) => `import ${what} from "${from}";`).join("\n")}

// biome-ignore format: generated
export type KindWord = ${folders.map(word).join(" | ")};

/** By number. */
// biome-ignore format: generated
export const KINDS: readonly Kind<KindWord>[] = [${folders.map(name).join(", ")}];

/** One JSON line of any kind. */
// biome-ignore format: generated
export type Line = ${folders.map(type).join(" | ")};
`;
}

/**
 * By number.
 * @param {string} text
 */
function readKinds(text) {
  return [...text.matchAll(/^TS_KIND\((\w+), (\d+)\)$/gm)].map(([, folder = "", number], at) => {
    if (Number(number) !== at) throw new Error(`read kinds.def: ${folder} is ${number}, not ${at}`);
    return folder;
  });
}

/**
 * What the preprocessor makes of each inclusion of kinds.def.
 * @param {string} text
 * @param {readonly string[]} kinds
 */
function expandKinds(text, kinds) {
  const inclusion = /^#define TS_KIND\(word, number\) (.+)\n#include "kinds.def"\n#undef TS_KIND$/gm;
  return text.replace(inclusion, (_, body) =>
    kinds.map((kind, at) => body.replaceAll("##word", kind).replaceAll("number", String(at))).join("\n"),
  );
}

/**
 * A sum or product of numbers and names.
 * @param {string} name
 * @param {string} expression
 * @param {ReadonlyMap<string, number>} numbers
 */
function evaluate(name, expression, numbers) {
  const [first = "", ...rest] = expression.match(/\w+|[+*]/g) ?? [];
  let value = operand(name, first, numbers);
  for (let at = 0; at < rest.length; at += 2) {
    const next = operand(name, rest[at + 1] ?? "", numbers);
    value = rest[at] === "*" ? value * next : value + next;
  }
  return value;
}

/**
 * @param {string} name
 * @param {string} text
 * @param {ReadonlyMap<string, number>} numbers
 */
function operand(name, text, numbers) {
  const value = numbers.get(text) ?? Number(text.replace(/U?L?L?$/, "") || Number.NaN);
  if (!Number.isSafeInteger(value)) throw new Error(`read ${name}: cannot tell what ${text} is`);
  return value;
}
