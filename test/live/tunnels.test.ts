// tablesnoop_tunnel_errors_total is what `ip -s link` says of tunnel devices, by its reasons: packet for packet.

import { afterAll, beforeAll, expect, test } from "vitest";
import { startBackend } from "../support/backend.js";
import { createNetns, type Netns } from "../support/networks/netns.js";
import { tryToMake } from "../support/networks/optional.js";
import { PATIENCE } from "../support/pace.js";
import { CommandError } from "../support/processes/command.js";
import type { DaemonProcess } from "../support/processes/daemon_process.js";
import { send } from "../support/traffic/send.js";

const PACKETS = 23;
const METRIC = "tablesnoop_tunnel_errors_total";
/** Nobody's: no route leads there. */
const BEYOND = "198.51.100.1";
const KINDS = {
  vxlan: `id 7 dstport 4789 remote ${BEYOND}`,
  geneve: `id 7 remote ${BEYOND}`,
  ipip: `remote ${BEYOND}`,
  gre: `remote ${BEYOND}`,
  gretap: `remote ${BEYOND}`,
  sit: `remote ${BEYOND} mode any`,
  ip6tnl: "remote 2001:db8::1 mode any",
} as const;

let daemon: DaemonProcess;
let netns: Netns;

beforeAll(async () => {
  netns = await createNetns("tunnels");
  await netns.sysctl({ "net.ipv6.conf.default.disable_ipv6": 1 });
  daemon = await startBackend();
}, 60_000 * PATIENCE);

afterAll(async () => {
  await daemon?.stop();
  await netns?.remove();
});

/** Empty, or why there is no such device here. */
async function makeTunnel(device: string, type: string, flags: string): Promise<string> {
  try {
    await netns.ip(`link add ${device} type ${type} ${flags}`);
    return "";
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return `this kernel makes no ${type} device: ${error.message}`;
  }
}

/** A subnet behind it, with one neighbour whose address need not be asked for. */
async function useTunnel(device: string, subnet: number): Promise<string> {
  const neighbour = `10.99.${subnet}.2`;
  await netns.ip(`link set ${device} up`, `address add 10.99.${subnet}.1/24 dev ${device}`);
  // One that has no addresses of this length asks nobody either.
  await tryToMake(netns, `neigh replace ${neighbour} lladdr 02:74:73:00:00:02 dev ${device} nud permanent`);
  return neighbour;
}

/** By reason. */
async function shown(device: string): Promise<Record<string, number>> {
  const samples = await daemon.scrape();
  const own = samples.filter(
    ({ name, labels }) => name === METRIC && labels["netns"] === netns.name && labels["device"] === device,
  );
  return Object.fromEntries(own.map(({ labels, value }) => [`${labels["kind"]} ${labels["reason"]}`, value]));
}

async function linkStatistics(device: string): Promise<{ carrier: number; collisions: number; dropped: number }> {
  const { stdout } = await netns.exec("ip", ["-json", "-s", "-s", "link", "show", "dev", device]);
  const [{ stats64 }] = JSON.parse(stdout) as [{ stats64: { tx: Record<string, number> } }];
  const { carrier_errors: carrier = -1, collisions = -1, dropped = -1 } = stats64.tx;
  return { carrier, collisions, dropped };
}

test.for(Object.entries(KINDS))(
  "%s: a packet without a route for the outer one is counted",
  async ([kind, flags], context) => {
    const device = `t-${kind}`;
    const missing = await makeTunnel(device, kind, flags);
    if (missing !== "") return context.skip(missing);
    const subnet = Object.keys(KINDS).indexOf(kind);
    const to = await useTunnel(device, subnet);
    const before = await shown(device);
    await send(netns, "udp", { to, count: PACKETS });
    const after = await shown(device);

    const reason = `${kind} no_route`;
    expect((after[reason] ?? 0) - (before[reason] ?? 0)).toBe(PACKETS);
    const { carrier, collisions } = await linkStatistics(device);
    expect(after).toMatchObject({ [reason]: carrier, [`${kind} loop`]: collisions });

    await netns.ip(`link delete ${device}`);
    expect(await shown(device)).toEqual({});
  },
);

test("a packet whose outer route leads back into its tunnel is counted", async (context) => {
  const missing = await makeTunnel("t-loop", "ipip", "remote 198.51.100.2");
  if (missing !== "") return context.skip(missing);
  const to = await useTunnel("t-loop", 20);
  await netns.ip("route add 198.51.100.2 dev t-loop");
  await send(netns, "udp", { to, count: PACKETS });
  expect(await shown("t-loop")).toEqual({ "ipip no_route": 0, "ipip loop": PACKETS });
  expect(await linkStatistics("t-loop")).toMatchObject({ collisions: PACKETS, carrier: 0 });
});

test("a packet for which VXLAN has no entry is counted", async (context) => {
  const missing = await makeTunnel("t-fdb", "vxlan", "id 8 dstport 4790");
  if (missing !== "") return context.skip(missing);
  const to = await useTunnel("t-fdb", 21);
  const before = await shown("t-fdb");
  await send(netns, "udp", { to, count: PACKETS });
  const after = await shown("t-fdb");
  const { dropped } = await linkStatistics("t-fdb");
  expect((after["vxlan no_fdb_entry"] ?? 0) - (before["vxlan no_fdb_entry"] ?? 0)).toBe(PACKETS);
  expect(after).toEqual({ "vxlan no_route": 0, "vxlan loop": 0, "vxlan no_fdb_entry": dropped });
});

test("a tunnel that is down and has lost nothing is not shown", async (context) => {
  const missing = await makeTunnel("t-down", "ipip", "remote 198.51.100.3");
  if (missing !== "") return context.skip(missing);
  expect(await shown("t-down")).toEqual({});
  await netns.ip("link set t-down up");
  expect(await shown("t-down")).toEqual({ "ipip no_route": 0, "ipip loop": 0 });
});
