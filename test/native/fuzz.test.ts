// A short run of the fuzzer, so that what it found once stays found; `npm run fuzz` runs longer.

import { expect, test } from "vitest";
import { runCommand } from "../support/processes/command.js";
import { projectPath } from "../support/project_path.js";

const SECONDS = 10;

test(`any bytes in the ring, for ${SECONDS} seconds, give lines fit to be shown, or none`, async () => {
  const args = [projectPath("test/fuzz/run.mjs"), "--seconds", String(SECONDS)];
  const { stderr } = await runCommand(process.execPath, args, { timeoutMs: 55_000 });
  const executed = Number(/stat::number_of_executed_units: (\d+)/.exec(stderr)?.[1]);
  expect(executed).toBeGreaterThan(1000);
});
