// The built daemon with another namespace as its own, whose rtnetlink it hears. It is reached from where the test runs: the
// socket it serves was made here.

import { freePort } from "../free_port.js";
import type { Netns } from "../networks/netns.js";
import { waitUntil } from "../wait_until.js";
import { startBackground } from "./background.js";
import { builtIn, type DaemonProcess, daemonAt } from "./daemon_process.js";

export async function startDaemonIn(netns: Netns, flags: readonly string[] = []): Promise<DaemonProcess> {
  const address = `127.0.0.1:${await freePort()}`;
  const url = `http://${address}`;
  const command = [...builtIn(netns), "--web.systemd-socket", ...flags];
  // It starts the daemon when the first client connects, in its own place.
  const daemon = await startBackground("systemd-socket-activate", [`--listen=${address}`, ...command]);
  try {
    await daemon.waitFor("stderr", /Listening on/);
    await waitUntil(
      "the daemon is ready",
      async () => daemon.exit() !== undefined || (await fetch(`${url}/-/ready`)).ok,
      { timeoutMs: 20_000 },
    );
    if (daemon.exit()) throw new Error("it ended");
  } catch (cause) {
    await daemon.stop("SIGKILL");
    throw new Error(`start the daemon in ${netns.name}: ${String(cause)}; it said: ${daemon.stderr().slice(-2_000)}`, {
      cause,
    });
  }
  return daemonAt(url, daemon);
}
