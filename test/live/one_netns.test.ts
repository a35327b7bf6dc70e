// A machine with one network namespace: whose a miss is needs no probe for dropped packets. With the second namespace the
// probe comes, although the daemon has given its capabilities up by then.

import { existsSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { BACKEND, startBackend } from "../support/backend.js";
import { createNetns, type Netns } from "../support/networks/netns.js";
import { PATIENCE } from "../support/pace.js";
import { runCommand } from "../support/processes/command.js";
import type { DaemonProcess } from "../support/processes/daemon_process.js";
import { projectPath } from "../support/project_path.js";
import { keyOf, routeGrowth } from "../support/truth/growth.js";
import { type Sample, value } from "../support/truth/scrape.js";

const SENDS = 23;
const NOWHERE = "203.0.113.9";
const MISSED = keyOf("ipv4", "main", "", "no_route");
const PROBE = "kfree_skb";
const TUN = "one0";

let daemon: DaemonProcess;
let unfit = "";

beforeAll(async () => {
  unfit = BACKEND === "trampoline" ? "the trampoline backend needs no such probe" : "";
  // Which looks at dropped packets with any number of namespaces.
  if (unfit === "") daemon = await startBackend(["--no-collector.drop"]);
  if (unfit === "" && netnsSeen(await daemon.scrape()) > 1) unfit = "this machine has more than one network namespace";
  const { stdout } = await runCommand("ip", ["-4", "route", "show", "default"]);
  if (unfit === "" && stdout !== "") unfit = "this machine has a default route: what is to fail would leave it";
}, 60_000 * PATIENCE);

afterAll(async () => {
  if (unfit === "" && existsSync(`/sys/class/net/${TUN}`)) await runCommand("ip", ["link", "delete", TUN]);
  await daemon?.stop();
});

beforeEach((context) => {
  if (unfit !== "") context.skip(unfit);
});

test("alone: misses are the namespace's, sent or received, with no probe for dropped packets", async (context) => {
  if (!existsSync("/dev/net/tun")) context.skip("this kernel has no /dev/net/tun");
  const before = await daemon.scrape();
  expect(attached(before)).toBe(0);
  expect(await (await fetch(`${daemon.url}/-/ready`)).text()).not.toContain(PROBE);
  await runHere(["udp", "--to", NOWHERE, "--count", String(SENDS)]);
  const sent = await daemon.scrape();
  expect(routeGrowth(before, sent, "host")[MISSED]).toBe(SENDS);

  await runCommand("ip", ["tuntap", "add", "dev", TUN, "mode", "tun"]);
  await runCommand("ip", ["addr", "add", "10.98.3.1/24", "dev", TUN]);
  await runCommand("ip", ["link", "set", TUN, "up"]);
  const quiet = await daemon.scrape();
  const device = ["--device", TUN, "--device-netns", "/proc/self/ns/net"];
  await runHere(["tun", "--to", NOWHERE, "--from", "10.98.3.2", "--count", String(SENDS), ...device]);
  const received = await daemon.scrape();
  expect(routeGrowth(quiet, received, "host")[MISSED]).toBe(SENDS);
  expect(routeGrowth(before, received, "unknown")).toEqual({});
});

test("with the second namespace comes the probe, without a capability, and misses belong to their own", async () => {
  expect(/^CapEff:\t(\w+)$/m.exec(readFileSync(`/proc/${daemon.pid}/status`, "utf8"))?.[1]).toMatch(/^0+$/);
  await using second = await createNetns("second");
  const before = await daemon.scrape();
  expect(attached(before)).toBe(1);
  await sendIn(second);
  await runHere(["udp", "--to", NOWHERE, "--count", String(SENDS)]);
  const after = await daemon.scrape();
  expect(routeGrowth(before, after, second.name)).toEqual({ [MISSED]: SENDS });
  expect(routeGrowth(before, after, "host")[MISSED]).toBe(SENDS);
  expect(routeGrowth(before, after, "unknown")).toEqual({});
});

function netnsSeen(samples: readonly Sample[]): number {
  return samples.filter(({ name }) => name === "tablesnoop_netns_info").length;
}

function attached(samples: readonly Sample[]): number | undefined {
  return value(samples, "tablesnoop_probe_attached", { probe: PROBE, backend: BACKEND });
}

async function runHere(args: readonly string[]): Promise<void> {
  await runCommand(projectPath("dist/test/flood/send"), args);
}

async function sendIn(netns: Netns): Promise<void> {
  const { stdout } = await netns.exec(projectPath("dist/test/flood/send"), ["udp", "--to", NOWHERE, "--count", "23"]);
  expect(stdout).toContain(`"ENETUNREACH":${SENDS}`);
}
