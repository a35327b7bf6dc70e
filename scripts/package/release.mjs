// What is being packaged: its version, its revision, and the one moment that every file of a package bears.

import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { SetupError, tryRun } from "../setup/child.mjs";

/**
 * @typedef {object} Release
 * @property {string} version
 * @property {string} revision of git; with "-dirty" where files differ from it; empty if unknown
 * @property {number} epoch seconds since 1970, by SOURCE_DATE_EPOCH or the last commit
 */

/**
 * @param {string} root
 * @returns {Release}
 */
export function readRelease(root) {
  /** @type {{ version: string }} */
  const { version } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
  const isClone = existsSync(path.join(root, ".git"));
  const commitTime = isClone ? git(root, ["log", "-1", "--format=%ct"]) : "";
  const described = isClone ? git(root, ["describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]) : "";
  return { version, revision: described || notedRevision(root), epoch: readEpoch(commitTime) };
}

/** @param {string} commitTime */
function readEpoch(commitTime) {
  const text = process.env["SOURCE_DATE_EPOCH"] || commitTime;
  if (/^\d{1,12}$/.test(text)) return Number(text);
  throw new SetupError(
    text === ""
      ? "date the packages: no git commit to take the time from; set SOURCE_DATE_EPOCH to seconds since 1970"
      : `date the packages: SOURCE_DATE_EPOCH is ${JSON.stringify(text)}; set it to seconds since 1970`,
  );
}

/** @param {string} root */
function notedRevision(root) {
  const file = path.join(root, "dist/revision");
  return existsSync(file) ? readFileSync(file, "utf8").trim() : "";
}

/**
 * Empty where git cannot say, for want of a commit or of git.
 * @param {string} root
 * @param {readonly string[]} args
 */
function git(root, args) {
  // The clone may be another user's, as in a container's volume.
  const { failure, output } = tryRun(["git", "-c", "safe.directory=*", "-C", root, ...args], { keepStderr: true });
  return failure === "" ? output.trim() : "";
}
