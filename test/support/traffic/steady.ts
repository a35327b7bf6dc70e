// Steady traffic beside a test.

import { setTimeout as pause } from "node:timers/promises";
import type { Netns } from "../networks/netns.js";
import { send } from "./send.js";

/** Some sends to each destination, five times a second, until stopped; a refused send is none to worry about. */
export function startTraffic(netns: Netns, destinations: readonly string[]): AsyncDisposable {
  let isStopped = false;
  const run = async () => {
    while (!isStopped) {
      for (const to of destinations) await send(netns, "udp", { to, count: 5 });
      await pause(200);
    }
  };
  const ended = run();
  return {
    [Symbol.asyncDispose]: async () => {
      isStopped = true;
      await ended;
    },
  };
}
