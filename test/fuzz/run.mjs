// Fuzzes the event decoder and the formatter of lines: `npm run fuzz -- --seconds 60`. The corpus beside this file is read;
// what is found beyond it gathers in dist/, what fails stands in test-output/.

import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const TARGET = "dist/test/asan/fuzz_event_lines";
const FOUND = "dist/test/fuzz-corpus";
const FAILED = "test-output/fuzz-";
/** Twice the largest event. */
const MOST_BYTES = 608;

const { seconds = "60" } = parseArgs({ options: { seconds: { type: "string" } } }).values;
if (!/^[1-9]\d{0,4}$/.test(seconds)) throw new Error(`--seconds: ${seconds} is not a number of seconds, such as 60`);
for (const folder of [FOUND, path.dirname(FAILED)]) mkdirSync(path.join(ROOT, folder), { recursive: true });
const limits = [`-max_total_time=${seconds}`, `-max_len=${MOST_BYTES}`, "-timeout=5", "-print_final_stats=1"];
const args = [...limits, `-artifact_prefix=${FAILED}`, FOUND, "test/fuzz/corpus"];
const { status, signal, error } = spawnSync(path.join(ROOT, TARGET), args, { cwd: ROOT, stdio: "inherit" });
if (error !== undefined) throw new Error(`run ${TARGET}: ${error.message}; npm run fuzz builds it`);
process.exitCode = signal === null ? (status ?? 1) : 1;
