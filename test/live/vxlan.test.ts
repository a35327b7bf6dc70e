// What a VXLAN device finds in its forwarding table for each frame it is to send: an entry, only the default destination, or
// nothing, which its own statistics count as dropped.

import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { blindSpots, seesFunctions, startBackend } from "../support/backend.js";
import { packetsSent, tryToMake } from "../support/networks/optional.js";
import { createPair, type Pair } from "../support/networks/topology.js";
import { PATIENCE } from "../support/pace.js";
import type { DaemonProcess } from "../support/processes/daemon_process.js";
import { openStream } from "../support/processes/stream_client.js";
import { send } from "../support/traffic/send.js";
import { delta, total } from "../support/truth/scrape.js";

const FRAMES = 23;
const LOOKUPS = "tablesnoop_vxlan_fdb_lookups_total";
const DROPPED = "tablesnoop_tunnel_errors_total";
const VNI = 4242;
const STATIONS = { found: "02:74:73:00:00:02", default: "02:74:73:00:00:03", missed: "02:74:73:00:00:04" } as const;

let daemon: DaemonProcess;
let pair: Pair;
let unfit = "";

beforeAll(async () => {
  pair = await createPair();
  const { host, address } = pair;
  await host.sysctl({ "net.ipv6.conf.default.disable_ipv6": 1 });
  const far = address.peer.ipv4;
  unfit = await tryToMake(
    host,
    `link add vx-default type vxlan id ${VNI} dstport 4789 remote ${far} nolearning`,
    `link add vx-bare type vxlan id ${VNI + 1} dstport 4789 nolearning`,
  );
  if (unfit !== "") return;
  for (const [at, device] of ["vx-default", "vx-bare"].entries()) {
    await host.ip(`link set ${device} up`, `addr add 10.98.${at}.1/24 dev ${device}`);
    await host.exec("bridge", ["fdb", "add", STATIONS.found, "dev", device, "dst", far]);
    for (const [host_part, lladdr] of Object.values(STATIONS).entries()) {
      await host.ip(`neigh add 10.98.${at}.${2 + host_part} lladdr ${lladdr} dev ${device} nud permanent`);
    }
  }
  // VXLAN may be a module, which must be there before the daemon looks for it.
  daemon = await startBackend(["--web.enable-stream"]);
}, 60_000 * PATIENCE);

afterAll(async () => {
  await daemon?.stop();
  await pair?.remove();
});

beforeEach((context) => {
  if (unfit !== "") context.skip(unfit);
});

test("a backend that cannot see them says so", async () => {
  const about = (await blindSpots(daemon)).filter((line) => line.startsWith("VXLAN "));
  expect(about).toEqual(seesFunctions ? [] : ["VXLAN lookups are not counted: the kernel has no tracepoint for them"]);
});

test.for([
  { device: "vx-default", result: "found" },
  { device: "vx-default", result: "default" },
  { device: "vx-bare", result: "found" },
  { device: "vx-bare", result: "missed" },
] as const)("$device: frames to a station are $result", async ({ device, result }) => {
  const { host } = pair;
  const subnet = device === "vx-default" ? 0 : 1;
  const to = `10.98.${subnet}.${2 + Object.keys(STATIONS).indexOf(result)}`;
  const opening = openStream(daemon, { kind: "tunnel", netns: host.name });
  if (!seesFunctions) await expect(opening).rejects.toThrow("VXLAN lookups cannot be seen here");
  await using stream = seesFunctions ? await opening : undefined;
  const [before, sentBefore] = [await daemon.scrape(), await packetsSent(host, device)];
  await send(host, "udp", { to, count: FRAMES });
  const [after, sentAfter] = [await daemon.scrape(), await packetsSent(host, device)];
  const missed = result === "missed";
  expect(sentAfter - sentBefore).toBe(missed ? 0 : FRAMES);
  expect(delta(before, after, DROPPED, { netns: host.name, device, reason: "no_fdb_entry" })).toBe(missed ? FRAMES : 0);
  if (stream === undefined) {
    expect(after.filter(({ name }) => name === LOOKUPS)).toEqual([]);
    return;
  }
  expect(delta(before, after, LOOKUPS, { netns: host.name, device, result })).toBe(FRAMES);
  expect(total(after, LOOKUPS, { netns: host.name }) - total(before, LOOKUPS, { netns: host.name })).toBe(FRAMES);
  const vni = VNI + subnet;
  const end = missed ? "" : `--> ${result}`;
  const line = `vxlan: mac: ${STATIONS[result]} vni: ${vni} dev: ${device} ${end}`;
  expect(await stream.settled(FRAMES)).toEqual(Array.from({ length: FRAMES }, () => line));
});
