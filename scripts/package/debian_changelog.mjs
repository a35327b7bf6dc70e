// CHANGELOG.md in the form that Debian keeps changelogs in.

import { readFileSync } from "node:fs";
import path from "node:path";
import { SetupError } from "../setup/child.mjs";
import { MAINTAINER } from "./maintainer.mjs";

/**
 * @param {string} root
 * @param {import("./release.mjs").Release} release
 */
export function debianChangelog(root, { version, epoch }) {
  const text = readFileSync(path.join(root, "CHANGELOG.md"), "utf8");
  const entries = [...text.matchAll(/^## (.+)\n([\s\S]*?)(?=^## |$(?![\s\S]))/gm)].map(([, heading = "", body = ""]) =>
    entry(heading, body, version, epoch),
  );
  if (entries.length === 0)
    throw new SetupError("read CHANGELOG.md: no heading such as ## Unreleased or ## 1.0.0 - 2026-01-31");
  return entries.join("\n");
}

/**
 * @param {string} heading "Unreleased", or version and day
 * @param {string} body bullets, wrapped or not
 * @param {string} version of what is Unreleased
 * @param {number} epoch of what is Unreleased
 */
function entry(heading, body, version, epoch) {
  const [, released = version, day] = /^\[?(\d[^\s\]]*)\]?(?: - (\d{4}-\d\d-\d\d))?$/.exec(heading) ?? [];
  const seconds = day === undefined ? epoch : Date.parse(`${day}T00:00:00Z`) / 1000;
  const bullets = body
    .split(/^- /m)
    .map((bullet) => bullet.trim().replace(/\s+/g, " ").replaceAll("`", ""))
    .filter((bullet) => bullet !== "" && !bullet.startsWith("#"));
  const lines = bullets.flatMap((bullet) => wrapped(bullet));
  return `tablesnoop (${released}) unstable; urgency=medium\n\n${lines.join("\n")}\n\n -- ${MAINTAINER}  ${date(seconds)}\n`;
}

/** @param {string} bullet */
function wrapped(bullet) {
  const lines = [""];
  for (const word of bullet.split(" ")) {
    const last = lines[lines.length - 1] ?? "";
    if (last !== "" && last.length + 1 + word.length > 72) lines.push(word);
    else lines[lines.length - 1] = last === "" ? word : `${last} ${word}`;
  }
  return lines.map((line, index) => (index === 0 ? `  * ${line}` : `    ${line}`));
}

/**
 * As RFC 5322 has it, in UTC.
 * @param {number} seconds
 */
function date(seconds) {
  return new Date(seconds * 1000).toUTCString().replace("GMT", "+0000");
}
