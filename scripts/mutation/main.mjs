// Breaks the code in one small way after the other and asks whether the room's unit tests notice: whatever survives is
// either a test that is missing or listed in survivors.md. Rooms may be named; without a name all are looked at.

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { constants, setPriority } from "node:os";
import { fileURLToPath } from "node:url";
import { memoryOf, ROOM_VARIABLE, ROOMS, reportOf } from "./rooms.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const CONFIG = "scripts/mutation/stryker.config.mjs";
/** Percent of a file's mutants that tests must notice. */
const LEAST = 90;

/**
 * What of Stryker's reports is looked at.
 *
 * @typedef {{ files: Record<string, { mutants: { status: string }[] }> }} Report
 *
 * @typedef {object} Score
 * @property {string} file
 * @property {number} noticed
 * @property {number} all
 */

const names = process.argv.slice(2);
const unknown = names.filter((name) => !Object.hasOwn(ROOMS, name));
if (unknown.length > 0) {
  process.stderr.write(`mutate ${unknown.join(", ")}: no such room; there are ${Object.keys(ROOMS).join(", ")}\n`);
  process.exitCode = 2;
} else {
  // It takes long, and nobody waits for it.
  setPriority(constants.priority.PRIORITY_LOW);
  const scores = (names.length > 0 ? names : Object.keys(ROOMS)).flatMap(mutate);
  for (const { file, noticed, all } of scores) {
    process.stdout.write(`${percent({ noticed, all }).toFixed(1).padStart(5)} % of ${all} noticed: ${file}\n`);
  }
  if (scores.some((score) => percent(score) < LEAST)) process.exitCode = 1;
}

/**
 * @param {string} room
 * @returns {Score[]}
 */
function mutate(room) {
  forgetSurvivors(room);
  const { status, signal, error } = spawnSync("node_modules/.bin/stryker", ["run", CONFIG], {
    cwd: ROOT,
    env: { ...process.env, [ROOM_VARIABLE]: room },
    stdio: "inherit",
  });
  if (status !== 0) throw new Error(`mutate ${room}: ${error?.message ?? signal ?? "Stryker failed, see above"}`);
  return Object.entries(read(`${reportOf(room)}/report.json`).files).map(([file, { mutants }]) => {
    const noticed = mutants.filter(({ status }) => status === "Killed" || status === "Timeout").length;
    return { file, noticed, all: noticed + mutants.filter(hasSurvived).length };
  });
}

/**
 * So that all of them are tried again: of a constant Stryker does not know which tests see it, and would let it survive for
 * ever, whatever test comes.
 *
 * @param {string} room
 */
function forgetSurvivors(room) {
  if (!existsSync(`${ROOT}/${memoryOf(room)}`)) return;
  const memory = read(memoryOf(room));
  for (const file of Object.values(memory.files)) file.mutants = file.mutants.filter((mutant) => !hasSurvived(mutant));
  writeFileSync(`${ROOT}/${memoryOf(room)}`, JSON.stringify(memory));
}

/** @param {{ status: string }} mutant */
function hasSurvived({ status }) {
  return status === "Survived" || status === "NoCoverage";
}

/**
 * @param {string} file
 * @returns {Report}
 */
function read(file) {
  return JSON.parse(readFileSync(`${ROOT}/${file}`, "utf8"));
}

/** @param {Pick<Score, "noticed" | "all">} score */
function percent({ noticed, all }) {
  return all === 0 ? 100 : (100 * noticed) / all;
}
