// Asks what was preloaded into a daemon (node --import), which answers SIGUSR2 by a line on stderr.

import { type WaitOptions, waitUntil } from "../wait_until.js";
import type { DaemonProcess } from "./daemon_process.js";

/** The number in the answer: the first group of `line`, which must be global. */
export async function answerToSignal(daemon: DaemonProcess, line: RegExp, options?: WaitOptions): Promise<number> {
  const told = () => [...daemon.stderr().matchAll(line)];
  const before = told().length;
  process.kill(daemon.pid, "SIGUSR2");
  const [, number] = await waitUntil(`it says ${line.source}`, () => told()[before], options);
  return Number(number);
}
