// A path of labels over a router: labels are pushed at the sender, swapped at the router, popped at the receiver, and each
// packet that comes in with one is counted by its nexthop, or by why it has none.

import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { blindSpots, seesFunctions, startBackend } from "../support/backend.js";
import type { Netns } from "../support/networks/netns.js";
import { packetsSent, tryToMake } from "../support/networks/optional.js";
import { becomeQuiet, createLine, type Line } from "../support/networks/topology.js";
import { PATIENCE } from "../support/pace.js";
import { CommandError, refusalOf } from "../support/processes/command.js";
import type { DaemonProcess } from "../support/processes/daemon_process.js";
import { openStream } from "../support/processes/stream_client.js";
import { send } from "../support/traffic/send.js";
import { delta, type Sample, total } from "../support/truth/scrape.js";
import { waitUntil } from "../support/wait_until.js";

const PACKETS = 23;
const LOOKUPS = "tablesnoop_mpls_lookups_total";
const NO_ROUTE = "tablesnoop_mpls_no_route_total";
/** Behind the receiver, by label. */
const FAR = { swapped: "10.97.0.1", unknown: "10.97.0.2", expiring: "10.97.0.3" } as const;

let daemon: DaemonProcess;
let line: Line;
let unfit = "";

beforeAll(async () => {
  line = await createLine();
  unfit = await prepare();
  if (unfit !== "") return;
  await becomeQuiet([line.a, line.r, line.b]);
  daemon = await startBackend(["--web.enable-stream"]);
}, 60_000 * PATIENCE);

afterAll(async () => {
  await daemon?.stop();
  await line?.remove();
});

beforeEach((context) => {
  if (unfit !== "") context.skip(unfit);
});

async function prepare(): Promise<string> {
  const { a, r, b, address } = line;
  // A kernel without the modules says so below.
  for (const module of ["mpls_router", "mpls_iptunnel"]) await refusalOf("modprobe", module);
  const takes = async (netns: Netns, device: string) => {
    await netns.sysctl({ "net.mpls.platform_labels": 1000, [`net.mpls.conf.${device}.input`]: 1 });
  };
  try {
    await takes(r, "r-a");
    await takes(b, "b-r");
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return "this kernel has no MPLS";
  }
  const [, ...rest] = await Promise.all([
    b.ip("addr add 10.97.0.1/32 dev lo"),
    labelRoute(r, `100 as 200 via inet ${address.b.ipv4}`),
    labelRoute(b, "200 dev lo"),
    tryToMake(
      a,
      `route add ${FAR.swapped} encap mpls 100 via ${address.ra.ipv4}`,
      `route add ${FAR.unknown} encap mpls 300 via ${address.ra.ipv4}`,
      `route add ${FAR.expiring} encap mpls 100 ttl 1 via ${address.ra.ipv4}`,
    ),
  ]);
  return rest.find((problem) => problem !== "") ?? "";
}

/** Empty, or why not. A batch takes no family. */
async function labelRoute(netns: Netns, route: string): Promise<string> {
  try {
    await netns.exec("ip", ["-f", "mpls", "route", "add", ...route.split(" ")]);
    return "";
  } catch (error) {
    if (error instanceof CommandError) return error.message;
    throw error;
  }
}

const growth = (before: readonly Sample[], after: readonly Sample[], { name: netns }: Netns, labels = {}) =>
  delta(before, after, LOOKUPS, { netns, ...labels });

test("a backend that cannot see labels says so", async () => {
  const about = (await blindSpots(daemon)).filter((text) => text.startsWith("label "));
  expect(about).toEqual(seesFunctions ? [] : ["label lookups are not counted: the kernel has no tracepoint for them"]);
});

test(`${PACKETS} packets are swapped at the router and popped at the receiver`, async () => {
  const { a, r, b } = line;
  const opening = openStream(daemon, { kind: "mpls", netns: r.name });
  if (!seesFunctions) await expect(opening).rejects.toThrow("label lookups cannot be seen here");
  await using stream = seesFunctions ? await opening : undefined;
  const [before, sentBefore] = [await daemon.scrape(), await packetsSent(r, "r-b")];
  await send(a, "udp", { to: FAR.swapped, count: PACKETS });
  await waitUntil("they went on", async () => (await packetsSent(r, "r-b")) >= sentBefore + PACKETS, {
    timeoutMs: 10_000 * PATIENCE,
  });
  const after = await daemon.scrape();
  if (stream === undefined) {
    expect(after.filter(({ name }) => name === LOOKUPS)).toEqual([]);
    return;
  }
  expect(growth(before, after, r, { egress: "r-b", result: "found" })).toBe(PACKETS);
  expect(total(after, LOOKUPS, { netns: r.name }) - total(before, LOOKUPS, { netns: r.name })).toBe(PACKETS);
  expect(growth(before, after, b, { egress: "lo", result: "found" })).toBe(PACKETS);
  const swapped = "mpls: label: 100 iif: r-a --> labels: 200 egress: r-b";
  expect(await stream.settled(PACKETS)).toEqual(Array.from({ length: PACKETS }, () => swapped));
});

test(`${PACKETS} packets with a label that has no route are counted as such, as the kernel counts them`, async () => {
  const { a, r } = line;
  const before = await daemon.scrape();
  await send(a, "udp", { to: FAR.unknown, count: PACKETS });
  const arrived = async () =>
    delta(before, await daemon.scrape(), NO_ROUTE, { netns: r.name, device: "r-a" }) >= PACKETS;
  await waitUntil("the kernel counts them", arrived, { timeoutMs: 10_000 * PATIENCE });
  const after = await daemon.scrape();
  expect(delta(before, after, NO_ROUTE, { netns: r.name, device: "r-a" })).toBe(PACKETS);
  if (!seesFunctions) return;
  expect(growth(before, after, r, { egress: "", result: "no_route" })).toBe(PACKETS);
});

test(`${PACKETS} packets at the end of their time are dropped, and their label had a route`, async (context) => {
  if (!seesFunctions) return context.skip("this backend sees no labels");
  const { a, r } = line;
  const before = await daemon.scrape();
  await send(a, "udp", { to: FAR.expiring, count: PACKETS });
  const dropped = async () => growth(before, await daemon.scrape(), r, { egress: "r-b", result: "dropped" });
  await waitUntil("they are dropped", async () => (await dropped()) >= PACKETS, { timeoutMs: 10_000 * PATIENCE });
  expect(await dropped()).toBe(PACKETS);
});
