// The copyright file of the packages: our licence, and those of all that is packed with us, word for word.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { NODE_RUNTIME } from "./node_runtime.mjs";

const LICENCE = /^(licen[cs]e|copying|notice)/i;
const RULE = "-".repeat(78);

/**
 * @param {string} root
 * @param {string} nodeModules
 * @param {string} nodeLicence
 */
export function copyrightText(root, nodeModules, nodeLicence) {
  const sections = [
    `tablesnoop\n\n${readFileSync(path.join(root, "LICENSE"), "utf8").trim()}`,
    ...dependencySections(nodeModules),
    `Node.js ${NODE_RUNTIME.version}, /usr/lib/tablesnoop/node, the official binary without its symbol table\n\n${nodeLicence.trim()}`,
  ];
  return `${sections.join(`\n\n${RULE}\n`)}\n`;
}

/**
 * Packages whose licence has the same words, its copyright lines among them, share one section.
 * @param {string} nodeModules
 */
function dependencySections(nodeModules) {
  /** @type {Map<string, string[]>} */
  const byText = new Map();
  for (const folder of packageFolders(nodeModules)) {
    const { name, version, license } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
    const texts = readdirSync(folder)
      .filter((file) => LICENCE.test(file))
      .sort()
      .map((file) => readFileSync(path.join(folder, file), "utf8").replaceAll("\r\n", "\n").trim());
    const text = texts.length > 0 ? texts.join("\n\n") : `The package says no more than this: licence ${license}.`;
    byText.set(text, [...(byText.get(text) ?? []), `${name} ${version} (${license})`]);
  }
  return [...byText].map(([text, names]) => `${names.join("\n")}\n\n${text}`);
}

/**
 * @param {string} nodeModules
 * @returns {string[]}
 */
function packageFolders(nodeModules) {
  if (!existsSync(nodeModules)) return [];
  const folders = readdirSync(nodeModules)
    .sort()
    .filter((name) => !name.startsWith("."))
    .flatMap((name) => {
      const folder = path.join(nodeModules, name);
      return name.startsWith("@")
        ? readdirSync(folder)
            .sort()
            .map((below) => path.join(folder, below))
        : [folder];
    });
  return folders.flatMap((folder) => [folder, ...packageFolders(path.join(folder, "node_modules"))]);
}
