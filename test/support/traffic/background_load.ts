// Load beside a test until it is stopped: floods of lookups whose number is known afterwards, and scrapes.

import { setTimeout as pause } from "node:timers/promises";
import type { DaemonProcess } from "../processes/daemon_process.js";
import type { Sample } from "../truth/scrape.js";
import { type FloodOptions, floodLookups } from "./flood.js";

interface Load<Outcome> extends AsyncDisposable {
  /** Ends it, and waits; what it failed with is thrown here. May be called again. */
  stop(): Promise<Outcome>;
}

/** One flood after the other; the number of calls made in all. */
export function startFlood(options: FloodOptions): Load<number> {
  let made = 0;
  return repeat(async () => {
    made += (await floodLookups(options)).lookups;
    return made;
  }, 0);
}

export interface Scrapes {
  readonly count: number;
  readonly worstMs: number;
}

/** `judge` sees every scrape. */
export function startScrapes(
  daemon: Pick<DaemonProcess, "scrape">,
  everyMs: number,
  judge: (samples: readonly Sample[]) => void = () => undefined,
): Load<Scrapes> {
  let scrapes: Scrapes = { count: 0, worstMs: 0 };
  return repeat(async () => {
    const begin = performance.now();
    judge(await daemon.scrape());
    scrapes = { count: scrapes.count + 1, worstMs: Math.max(scrapes.worstMs, performance.now() - begin) };
    return scrapes;
  }, everyMs);
}

/** The last answer of `act`, which is called until the load is stopped, at least once. */
export function repeat<Outcome>(act: () => Promise<Outcome>, everyMs: number): Load<Outcome> {
  let isStopped = false;
  const run = async () => {
    for (;;) {
      const outcome = await act();
      if (isStopped) return outcome;
      await pause(everyMs);
    }
  };
  const ended = run();
  // Whoever stops it hears of a failure; until then it must not end the test process.
  ended.catch(() => undefined);
  const stop = () => {
    isStopped = true;
    return ended;
  };
  return {
    stop,
    [Symbol.asyncDispose]: async () => {
      await stop().catch(() => undefined);
    },
  };
}
