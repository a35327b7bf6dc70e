// Lines of a daemon, as its command shows them.

import { expect } from "vitest";
import { PATIENCE } from "../pace.js";
import { parseExposition, value } from "../truth/scrape.js";
import { startBackground } from "./background.js";
import { TABLESNOOP } from "./built_programs.js";
import { ask } from "./protected_daemon.js";

const WAIT = { timeout: 20_000 * PATIENCE, interval: 100 };

/** What the command says with these flags, connected to the daemon at `address`, of what `act` does: so many lines. */
export async function heardLines(
  address: string,
  flags: readonly string[],
  count: number,
  act: () => Promise<unknown>,
): Promise<string[]> {
  const command = [TABLESNOOP, "--connect", address, ...flags];
  await using listener = await startBackground(process.execPath, command);
  const listeners = async () =>
    value(parseExposition((await ask(address, "/metrics")).body), "tablesnoop_stream_listeners");
  await expect.poll(listeners, WAIT).toBe(1);
  await act();
  await expect.poll(() => listener.stdout().split("\n").length - 1, WAIT).toBe(count);
  await listener.stop();
  await expect.poll(listeners, WAIT).toBe(0);
  return listener.stdout().trimEnd().split("\n");
}
