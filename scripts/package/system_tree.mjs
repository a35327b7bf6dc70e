// The folders bin/, lib/ and share/ as the .deb has them below /usr and the relocatable tarball at its top.

import path from "node:path";
import { pathToFileURL } from "node:url";
import { run } from "../setup/child.mjs";
import { copyrightText } from "./copyright.mjs";
import { debianChangelog } from "./debian_changelog.mjs";
import { copyDeployed } from "./deployed.mjs";
import { placeNodeRuntime } from "./node_runtime.mjs";
import { placeProgram } from "./program.mjs";
import { sbomText } from "./sbom.mjs";
import { copy, filesBelow, put } from "./tree.mjs";

const COMMANDS = ["tablesnoop", "tablesnoopd"];
const MANUALS = ["man1/tablesnoop.1", "man8/tablesnoopd.8"];

/**
 * @param {string} target
 * @param {import("./program.mjs").ProgramParts & { release: import("./release.mjs").Release }} parts
 * @param {string} scratch an empty folder
 */
export async function placeSystem(target, parts, scratch) {
  const { root, release, architecture } = parts;
  const lib = path.join(target, "lib/tablesnoop");
  const share = path.join(target, "share");
  const doc = path.join(share, "doc/tablesnoop");

  placeProgram(lib, parts, { types: false });
  const nodeLicence = placeNodeRuntime(path.join(lib, "node"), scratch, architecture);
  for (const command of COMMANDS) put(path.join(target, "bin", command), starter(command));

  for (const page of MANUALS) {
    copy(path.join(root, "docs/man", path.basename(page)), path.join(share, "man", page));
  }
  for (const [command, script] of Object.entries(await completions(root))) {
    put(path.join(share, "bash-completion/completions", command), script);
  }
  copyDeployed(root, path.join(share, "tablesnoop"));

  copy(path.join(root, "README.md"), path.join(doc, "README.md"));
  for (const file of filesBelow(path.join(root, "docs"))) {
    if (/^[^/]+\.(md|mjs)$/.test(file)) copy(path.join(root, "docs", file), path.join(doc, "docs", file));
  }
  put(path.join(doc, "changelog"), debianChangelog(root, release));
  compress([...MANUALS.map((page) => path.join(share, "man", page)), path.join(doc, "changelog")]);
  put(path.join(doc, "copyright"), copyrightText(root, nodeLicence));
  put(path.join(doc, "sbom.cdx.json"), sbomText(root, release, lib, architecture));
}

/** @param {string} file relative to the tree */
export function isExecutable(file) {
  return file.startsWith("bin/") || file === "lib/tablesnoop/node";
}

/** @param {string} command */
function starter(command) {
  return `#!/bin/sh
# Runs on the Node.js that came with it, wherever the whole was put; nothing but exec, so that signals meet the program.
self=$(readlink -f "$0")
lib=\${self%/bin/*}/lib/tablesnoop
exec "$lib/node" "$lib/dist/program/${command}.js" "$@"
`;
}

/**
 * From the tables of flags that were built.
 * @param {string} root
 * @returns {Promise<Record<string, string>>}
 */
async function completions(root) {
  /** @param {string} file */
  const built = (file) => import(pathToFileURL(path.join(root, "dist/daemon", file)).href);
  const { bashCompletion } = await built("flags/completion.js");
  const { DAEMON_FLAGS } = await built("config.js");
  const { CLI_FLAGS } = await built("cli/options.js");
  const { EXPLAIN_FLAGS } = await built("cli/explain_options.js");
  return {
    tablesnoop: bashCompletion("tablesnoop", CLI_FLAGS, { explain: EXPLAIN_FLAGS }),
    tablesnoopd: bashCompletion("tablesnoopd", DAEMON_FLAGS),
  };
}

/**
 * Without name and time; by gzip, because what Node's zlib makes differs from version to version.
 * @param {readonly string[]} files
 */
function compress(files) {
  run("compress manuals and changelog", ["gzip", "-9n", ...files]);
}
