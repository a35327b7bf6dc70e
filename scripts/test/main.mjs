// Runs the tiers of tests: `node scripts/test/main.mjs [--all] [--json FILE] [FLAGS]`. Most tiers wait more than they work, so
// three lanes of them run beside each other, each about as long as the others on two cores. With --all what takes long
// is run too: a second build of the packages, and at the end every kernel. FLAGS are vitest's.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** The first asks this kernel the most, file after file. The last waits the most: for lives to end, routing daemons, Chromium, a guest. */
const LANES = [["live"], ["unit", "native", "package", "deploy"], ["addon", "outages", "browser", "smoke"]];
/** Of --all: what the last lane goes on with, and what follows all of them. */
const LONG = ["release"];
const KERNELS = ["vm"];

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const VITEST = path.join(ROOT, "node_modules/vitest/vitest.mjs");

const { isAll, json, flags } = parse(process.argv.slice(2));
const reports = mkdtempSync(path.join(tmpdir(), "tablesnoop-tests-"));
try {
  if (isAll) LANES.at(-1)?.push(...LONG);
  const passed = await Promise.all(LANES.map(runTiers));
  if (isAll) passed.push(await runTiers(KERNELS));
  // What failed in any of them, once more and together, and the sums.
  const kept = json === undefined ? [] : ["--reporter=json", `--outputFile.json=${json}`];
  const all = await vitest([`--merge-reports=${reports}`, "--reporter=dot", ...kept]);
  process.exitCode = all && passed.every((one) => one) ? 0 : 1;
} finally {
  rmSync(reports, { recursive: true, force: true });
}

/** @param {readonly string[]} words */
function parse(words) {
  const at = words.indexOf("--json");
  const json = at < 0 ? undefined : words[at + 1];
  const flags = words.filter((word, index) => word !== "--all" && (at < 0 || (index !== at && index !== at + 1)));
  return { isAll: words.includes("--all"), json, flags };
}

/**
 * @param {readonly string[]} tiers one after the other
 * @param {number} [lane] which has addresses of its own (test/support/networks/topology.ts)
 */
function runTiers(tiers, lane) {
  const report = path.join(reports, `${tiers.join("-")}.json`);
  const kept = ["--reporter=verbose", "--reporter=blob", `--outputFile.blob=${report}`];
  // FLAGS may name a file of another lane; without any, no test at all is a failure.
  const chosen = flags.length > 0 ? ["--passWithNoTests", ...flags] : [];
  return vitest([...tiers.map((tier) => `--project=${tier}`), ...kept, ...chosen], lane);
}

/**
 * True if it ends well. Lines of several that run at once come whole.
 * @param {readonly string[]} args
 * @param {number} [lane]
 * @returns {Promise<boolean>}
 */
function vitest(args, lane = 0) {
  const env = { ...process.env, TABLESNOOP_LANE: String(lane) };
  const child = spawn(process.execPath, [VITEST, "run", ...args], {
    cwd: ROOT,
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  createInterface({ input: child.stdout }).on("line", (line) => process.stdout.write(`${line}\n`));
  /** @param {NodeJS.Signals} signal */
  const pass = (signal) => child.kill(signal);
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM"])) process.on(signal, pass);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve(code === 0));
  });
}
