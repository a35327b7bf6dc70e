// The built daemon as a process of its own: started on a port the kernel chooses, ready, and gone at the end.

import type { Netns } from "../networks/netns.js";
import { type Sample, scrape } from "../truth/scrape.js";
import { waitUntil } from "../wait_until.js";
import { type Background, type Exit, startBackground } from "./background.js";
import { TABLESNOOPD } from "./built_programs.js";

export interface DaemonProcess extends AsyncDisposable {
  readonly pid: number;
  /** Such as http://127.0.0.1:34567, without a slash at the end. */
  readonly url: string;
  stderr(): string;
  /** Undefined while it runs. */
  exit(): Exit | undefined;
  scrape(): Promise<Sample[]>;
  /** SIGTERM, or the signal given; waits for the end. */
  stop(signal?: NodeJS.Signals): Promise<Exit>;
  kill(): Promise<Exit>;
}

export interface DaemonOptions {
  /** Of the start, until /-/ready says yes. */
  readonly timeoutMs?: number;
  readonly environment?: NodeJS.ProcessEnv;
  /** What runs the daemon; the one in dist/ if absent. */
  readonly command?: readonly string[];
}

const BUILT = [process.execPath, TABLESNOOPD];

/** What runs the daemon with another namespace as its own, whose rtnetlink it hears. */
export function builtIn(netns: Netns): readonly string[] {
  return ["nsenter", `--net=${netns.path}`, "--", ...BUILT];
}

/** Runs the daemon with these flags without waiting for anything: for starts that are meant to fail. */
export function spawnDaemon(
  flags: readonly string[],
  environment?: NodeJS.ProcessEnv,
  command: readonly string[] = BUILT,
): Promise<Background> {
  const [program = "", ...args] = command;
  return startBackground(program, [...args, ...flags], environment);
}

/** Flags must leave log format and listen address alone. */
export async function startDaemon(
  flags: readonly string[] = [],
  { timeoutMs = 20_000, environment, command }: DaemonOptions = {},
): Promise<DaemonProcess> {
  const daemon = await spawnDaemon(["--web.listen-address=127.0.0.1:0", ...flags], environment, command);
  try {
    const listening = /msg="?listening"?.* address="?([^\s"]+)/;
    const [, address = ""] = await daemon.waitFor("stderr", listening, { timeoutMs });
    const url = `http://${address}`;
    await waitUntil("the daemon is ready", async () => (await fetch(`${url}/-/ready`)).ok, { timeoutMs }).catch(
      (cause: unknown) => {
        throw new Error(`${String(cause)}; it said: ${daemon.stderr().slice(-2_000)}`, { cause });
      },
    );
    return daemonAt(url, daemon);
  } catch (error) {
    await daemon.stop("SIGKILL");
    throw error;
  }
}

/** A process that serves there, as a daemon. */
export function daemonAt(url: string, daemon: Background): DaemonProcess {
  return {
    pid: daemon.pid,
    url,
    stderr: daemon.stderr,
    exit: daemon.exit,
    scrape: () => scrape(`${url}/metrics`),
    stop: (signal) => daemon.stop(signal),
    kill: () => daemon.stop("SIGKILL"),
    [Symbol.asyncDispose]: () => daemon[Symbol.asyncDispose](),
  };
}
