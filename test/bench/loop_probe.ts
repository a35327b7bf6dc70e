// Loaded into a daemon by --import: on SIGUSR2 it says on stderr for how long the event loop was blocked at the longest
// since it was last asked.

import { writeSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";
import process from "node:process";

const RESOLUTION_MS = 1;

const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delay.enable();
process.on("SIGUSR2", () => {
  writeSync(process.stderr.fd, `loop blocked for ${Math.max(delay.max / 1e6 - RESOLUTION_MS, 0)} ms\n`);
  delay.reset();
});
