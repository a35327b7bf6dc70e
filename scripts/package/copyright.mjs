// The copyright file of the packages: our licence, and those of all that is packed with us, word for word.

import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { bundledPackages } from "./bundled.mjs";
import { NODE_RUNTIME } from "./node_runtime.mjs";

const LICENCE = /^(licen[cs]e|copying|notice)/i;
const RULE = "-".repeat(78);

/**
 * @param {string} root of the clone, built
 * @param {string} [nodeLicence] where the runtime is packed too
 */
export function copyrightText(root, nodeLicence) {
  const sections = [
    `tablesnoop\n\n${readFileSync(path.join(root, "LICENSE"), "utf8").trim()}`,
    ...bundledSections(root),
    ...(nodeLicence === undefined ? [] : [runtimeSection(nodeLicence)]),
  ];
  return `${sections.join(`\n\n${RULE}\n`)}\n`;
}

/** @param {string} licence */
function runtimeSection(licence) {
  return `Node.js ${NODE_RUNTIME.version}, /usr/lib/tablesnoop/node, the official binary without its symbol table\n\n${licence.trim()}`;
}

/**
 * Packages whose licence has the same words, its copyright lines among them, share one section.
 * @param {string} root
 */
function bundledSections(root) {
  /** @type {Map<string, string[]>} */
  const byText = new Map();
  for (const { folder, name, version, license } of bundledPackages(root)) {
    const texts = readdirSync(folder)
      .filter((file) => LICENCE.test(file))
      .sort()
      .map((file) => readFileSync(path.join(folder, file), "utf8").replaceAll("\r\n", "\n").trim());
    const text = texts.length > 0 ? texts.join("\n\n") : `The package says no more than this: licence ${license}.`;
    byText.set(text, [...(byText.get(text) ?? []), `${name} ${version} (${license})`]);
  }
  return [...byText].map(([text, names]) => `${names.join("\n")}\n\n${text}`);
}
