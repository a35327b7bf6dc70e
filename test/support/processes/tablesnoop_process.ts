// The built command as a process of its own: listening for certain, its lines, and its end.

import { BACKEND } from "../backend.js";
import type { Netns } from "../networks/netns.js";
import { PATIENCE } from "../pace.js";
import { send } from "../traffic/send.js";
import { waitUntil } from "../wait_until.js";
import { type Background, startBackground } from "./background.js";
import { TABLESNOOP } from "./built_programs.js";

const START_MS = 20_000 * PATIENCE;
const NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"];

export interface TablesnoopOptions {
  /** Where it runs; this process's namespace if absent. */
  readonly netns?: Netns;
  /** Without any privilege. */
  readonly asNobody?: boolean;
  /** What its output goes through, as in a shell. */
  readonly pipe?: string;
  /** The command to run; the one in dist/ if absent. */
  readonly program?: string;
}

/** A lookup that its filter lets through, made until it shows. */
export interface Beacon {
  readonly netns: Netns;
  readonly to: string;
}

export interface Tablesnoop extends Background {
  /** Whole lines so far, but for the beacon's. */
  lines(): string[];
  /** Waits until there are so many. */
  waitForLines(count: number): Promise<string[]>;
}

export function tablesnoopCommand(
  flags: readonly string[],
  { netns, asNobody = false, program }: TablesnoopOptions = {},
) {
  const inside = netns === undefined ? [] : ["nsenter", `--net=${netns.path}`, "--"];
  const command = program === undefined ? [process.execPath, TABLESNOOP] : [program];
  return [...inside, ...(asNobody ? NOBODY : []), ...command, ...flags];
}

/** Does not wait for anything: for runs that are meant to fail, or to end by themselves. */
export function spawnTablesnoop(flags: readonly string[], options: TablesnoopOptions = {}): Promise<Background> {
  const command = tablesnoopCommand(flags, options);
  if (options.pipe !== undefined) {
    const quoted = command.map((word) => `'${word}'`).join(" ");
    return startBackground("bash", ["-c", `exec ${quoted} > >(exec ${options.pipe})`]);
  }
  const [program = "", ...args] = command;
  return startBackground(program, args);
}

/** With probes of the backend under test, unless the flags say where else the lines come from. */
export async function startTablesnoop(
  flags: readonly string[],
  beacon: Beacon,
  options: TablesnoopOptions = {},
): Promise<Tablesnoop> {
  const all = flags.some((flag) => flag.startsWith("--connect")) ? flags : [`--probe=${BACKEND}`, ...flags];
  const running = await spawnTablesnoop(all, options);
  const isBeacon = (line: string) => line.includes(`dst: ${beacon.to} `) || line.includes(`"dst":"${beacon.to}"`);
  const lines = () =>
    running
      .stdout()
      .split("\n")
      .slice(0, -1)
      .filter((line) => !isBeacon(line));
  const tablesnoop = {
    ...running,
    lines,
    waitForLines: (count: number) =>
      waitUntil(`tablesnoop shows ${count} lines`, () => lines().length >= count && lines(), { timeoutMs: START_MS }),
  };
  try {
    await waitUntil(
      `tablesnoop shows ${beacon.to}`,
      async () => {
        await send(beacon.netns, "connect", { to: beacon.to, count: 1 });
        const exit = running.exit();
        if (exit) throw new Error(`tablesnoop ended with ${exit.signal ?? exit.code}: ${running.stderr()}`);
        return running.stdout().split("\n").some(isBeacon);
      },
      { timeoutMs: START_MS, intervalMs: 100 },
    );
    return tablesnoop;
  } catch (error) {
    await running.stop("SIGKILL");
    throw error;
  }
}
