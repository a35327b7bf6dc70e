// Reads bpf/tablesnoop_abi.h, the contract with the kernel's side, and makes of it what TypeScript knows of it.

/**
 * Numbers by name (#define and enumerators), and the kinds and families in their order.
 * @param {string} header
 */
function readAbi(header) {
  const text = header.replace(/\/\*[\s\S]*?\*\//g, "");
  /** @type {Map<string, number>} */
  const numbers = new Map();
  for (const [, name = "", value = ""] of text.matchAll(/^#define (TS_\w+) (.+)$/gm)) {
    numbers.set(name, evaluate(name, value, numbers));
  }
  /** @type {Map<string, string[]>} */
  const enums = new Map();
  for (const [, name = "", body = ""] of text.matchAll(/^enum (\w+) \{([^}]*)\}/gm)) {
    const members = [...body.matchAll(/(\w+) = (\w+)/g)].map(([, member = "", value = ""]) => {
      numbers.set(member, evaluate(member, value, numbers));
      return member;
    });
    enums.set(name, members);
  }
  return { numbers, kinds: inOrder("ts_kind", enums, numbers), families: inOrder("ts_family", enums, numbers) };
}

/** @param {string} header */
export function renderAbi(header) {
  const { numbers, kinds, families } = readAbi(header);
  return `// Made from bpf/tablesnoop_abi.h by \`npm run generate\`; do not edit.

/** By number. */
// biome-ignore format: generated
export const KINDS = ${words(kinds)} as const;

/** By number. */
export const FAMILIES = ${words(families)} as const;

/** Every other number of the contract. */
export const ABI = {
${members(numbers)}
} as const;
`;
}

/**
 * The words of an enum that counts up from 0: TS_DST_CACHE is "dst-cache".
 * @param {string} name
 * @param {ReadonlyMap<string, string[]>} enums
 * @param {ReadonlyMap<string, number>} numbers
 */
function inOrder(name, enums, numbers) {
  return (enums.get(name) ?? []).map((member, at) => {
    if (numbers.get(member) !== at) throw new Error(`read ${name}: ${member} is ${numbers.get(member)}, not ${at}`);
    return member.replace(/^TS_/, "").toLowerCase().replaceAll("_", "-");
  });
}

/**
 * A number, or names and numbers joined by + or *.
 * @param {string} name
 * @param {string} expression
 * @param {ReadonlyMap<string, number>} numbers
 */
function evaluate(name, expression, numbers) {
  const [first = "", ...rest] = expression.replace(/[()]/g, "").trim().split(" ");
  let value = operand(name, first, numbers);
  for (let at = 0; at < rest.length; at += 2) {
    const next = operand(name, rest[at + 1] ?? "", numbers);
    if (rest[at] === "+") value += next;
    else if (rest[at] === "*") value *= next;
    else throw new Error(`read ${name}: cannot tell what ${expression} is`);
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

/** @param {readonly string[]} texts */
function words(texts) {
  return `[${texts.map((text) => JSON.stringify(text)).join(", ")}]`;
}

/** @param {ReadonlyMap<string, number>} numbers */
function members(numbers) {
  return [...numbers].map(([name, value]) => `  ${name}: ${value},`).join("\n");
}
