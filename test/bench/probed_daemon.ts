// A daemon that tells how long its event loop was blocked.

import { get } from "node:http";
import process from "node:process";
import { answerToSignal } from "../support/processes/answer_to_signal.js";
import { TABLESNOOPD } from "../support/processes/built_programs.js";
import { type DaemonProcess, startDaemon } from "../support/processes/daemon_process.js";
import { cpuSecondsOf } from "../support/processes/resources.js";
import { projectPath } from "../support/project_path.js";

export interface ProbedDaemon extends AsyncDisposable {
  readonly pid: number;
  scrape(): Promise<TimedScrape>;
}

export interface TimedScrape {
  readonly text: string;
  readonly ms: number;
  readonly blockedMs: number;
  /** In steps of 10 ms, so only the mean of several tells something. */
  readonly cpuMs: number;
}

const SAID = /loop blocked for (\S+) ms\n/g;

/** `main` is of the revision to start; the one in dist/ if absent. */
export async function startProbedDaemon(flags: readonly string[], main = TABLESNOOPD): Promise<ProbedDaemon> {
  const command = [process.execPath, "--import", projectPath("dist/test/bench/loop_probe.js"), main];
  const daemon = await startDaemon(flags, { command });
  return {
    pid: daemon.pid,
    scrape: async () => {
      await longestBlock(daemon);
      const [begin, cpuBefore] = [performance.now(), cpuSecondsOf(daemon.pid)];
      const text = await fetchText(`${daemon.url}/metrics`);
      const ms = performance.now() - begin;
      const cpuMs = 1000 * (cpuSecondsOf(daemon.pid) - cpuBefore);
      return { text, ms, cpuMs, blockedMs: await longestBlock(daemon) };
    },
    [Symbol.asyncDispose]: () => daemon[Symbol.asyncDispose](),
  };
}

/** Since it was last asked. */
function longestBlock(daemon: DaemonProcess): Promise<number> {
  return answerToSignal(daemon, SAID, { intervalMs: 2 });
}

/** Without compression, which is no work of ours. */
function fetchText(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, { agent: false }, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("end", () => resolve(Buffer.concat(parts).toString()));
      response.on("error", reject);
    }).on("error", reject);
  });
}
