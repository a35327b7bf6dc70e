// Many flows over two equal paths: what is counted for each egress is what its device really sent, flow by flow, in both
// families, for routes with nexthops of their own and for groups of nexthop objects.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { selectsNexthop, startBackend } from "../support/backend.js";
import { createNetns, linkVeth, type Netns } from "../support/networks/netns.js";
import { becomeQuiet } from "../support/networks/topology.js";
import { PATIENCE } from "../support/pace.js";
import type { DaemonProcess } from "../support/processes/daemon_process.js";
import { projectPath } from "../support/project_path.js";
import { keyOf, routeGrowth } from "../support/truth/growth.js";

// By the default policy a flow is its two addresses.
const FLOWS = 101;
const PER_FLOW = 3;
const DEVICES = ["left", "right"] as const;
const GATEWAYS = {
  ipv4: { left: "10.70.1.2", right: "10.70.2.2" },
  ipv6: { left: "fd70:1::2", right: "fd70:2::2" },
} as const;

const CASES = (["ipv4", "ipv6"] as const).flatMap((family) =>
  (["a route with two nexthops", "a group of two nexthop objects"] as const).map((name, at) => {
    const network = (family === "ipv4" ? 10 : 20) + at;
    return { family, name, network, isGroup: at === 1 };
  }),
);

let daemon: DaemonProcess;
let sender: Netns;
let receiver: Netns;

beforeAll(async () => {
  if (!selectsNexthop) return;
  sender = await createNetns("sender");
  receiver = await createNetns("receiver");
  for (const [at, device] of DEVICES.entries()) {
    const addresses = (host: number) => [`10.70.${at + 1}.${host}/24`, `fd70:${at + 1}::${host}/64`];
    await linkVeth(
      { netns: sender, device, addresses: addresses(1) },
      { netns: receiver, device: `from-${device}`, addresses: addresses(2) },
    );
  }
  // Taken without a word: an ICMP error would cause lookups of its own.
  await receiver.ip("route add blackhole 10.71.0.0/16", "route add blackhole fd71::/16");
  await becomeQuiet([sender, receiver]);
  daemon = await startBackend();
}, 60_000 * PATIENCE);

afterAll(async () => {
  await daemon?.stop();
  for (const netns of [sender, receiver]) await netns?.remove();
});

describe(`${FLOWS} flows`, () => {
  test.for(CASES)("$family, $name: lookups by egress are packets by device", async (one, context) => {
    if (!selectsNexthop) context.skip("the chosen nexthop is known to the trampoline backend only");
    const { family, network, isGroup } = one;
    const prefix = family === "ipv4" ? `10.71.${network}.0/24` : `fd71:${network}::/64`;
    const via = GATEWAYS[family];
    const nexthop = (device: (typeof DEVICES)[number]) => `via ${via[device]} dev ${device}`;
    const commands = isGroup
      ? [
          ...DEVICES.map((device, at) => `nexthop add id ${network * 10 + at} ${nexthop(device)}`),
          `nexthop add id ${network * 100} group ${network * 10}/${network * 10 + 1}`,
          `route add ${prefix} nhid ${network * 100}`,
        ]
      : [`route add ${prefix} ${DEVICES.map((device) => `nexthop ${nexthop(device)}`).join(" ")}`];
    await sender.ip(...commands);

    const [before, sentBefore] = [await daemon.scrape(), await packetsSent()];
    await sendFlows(prefix.replace(/(0\/24|\/64)$/, ""));
    const [sentAfter, after] = [await packetsSent(), await daemon.scrape()];

    const sent = DEVICES.map((_, at) => (sentAfter[at] ?? 0) - (sentBefore[at] ?? 0));
    expect(sent.reduce((sum, packets) => sum + packets, 0)).toBe(FLOWS * PER_FLOW);
    // The chance that a hash sends 101 flows one way is nil: that would be a test of nothing.
    expect(Math.min(...sent)).toBeGreaterThan(0);
    expect(routeGrowth(before, after, sender.name)).toEqual({
      ...Object.fromEntries(DEVICES.map((device, at) => [keyOf(family, "main", device, "found"), sent[at]])),
      ...(family === "ipv6" && { [keyOf(family, "local", "", "no_route")]: FLOWS * PER_FLOW }),
    });
  });
});

/** Unconnected sends, each of which asks for a route. */
async function sendFlows(start: string): Promise<void> {
  const script = `for host in $(seq ${FLOWS}); do "$1" udp --to "$2$host" --count ${PER_FLOW} >/dev/null; done`;
  await sender.exec("sh", ["-ec", script, "sh", projectPath("dist/test/flood/send"), start]);
}

/** In the order of DEVICES. */
async function packetsSent(): Promise<number[]> {
  const { stdout } = await sender.exec("cat", ["/proc/self/net/dev"]);
  return DEVICES.map((device) => {
    const columns = new RegExp(`^ *${device}: *(.*)$`, "m").exec(stdout)?.[1]?.split(/ +/);
    return Number(columns?.[9]);
  });
}
